"""A tool is one typed function: its signature is the schema, its docstring the description, its examples teach the built-in planner."""

import importlib
import importlib.resources
import inspect
import json
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import docstring_parser
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from tools.kinds import Kind
from tools.result import Effect, ToolResult


@dataclass(frozen=True)
class Prepared:
    """What a tool found out before it acts, for the person who approves.

    Attributes:
        preview: Markdown computed by code: what would happen, to what, how much.
        args: the final arguments where the tool filled in or converted some; None keeps them.
        effect: the effect of just this call where it differs from the declared one.
    """

    preview: str = ""
    args: dict[str, Any] | None = None
    effect: Effect | None = None


class Parameters(BaseModel):
    """The arguments of a tool. Their schema holds no references: models read it from top to bottom."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _unpacked(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Careless models write a list or an object as JSON text, and one thing where a list is asked for: take it as it is meant."""
        types = {name: _container_in(info.annotation) for name, info in cls.model_fields.items()}
        return {name: _taken_as(types.get(name), value) for name, value in given.items()}

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The schema, with the types of arguments written where they are used."""
        schema = super().model_json_schema(*args, **kwargs)
        whole = _inlined(schema, schema.pop("$defs", {}))
        return dict(whole)


@dataclass
class Tool:
    """A function that agents can call.

    Positional-only parameters are services, injected by type; all others are the arguments that a model fills in.
    """

    function: Callable[..., ToolResult]
    effect: Effect
    examples: tuple[str, ...]
    name: str
    summary: str
    """The docstring without its argument section: what a model reads."""
    parameters: type[Parameters]
    services: tuple[type, ...]
    kinds: dict[str, Kind]
    preparation: Callable[..., Prepared] | None = field(default=None)

    def __call__(self, *services: object, **arguments: Any) -> ToolResult:
        """Run the function itself, without any of the checks around it."""
        return self.function(*services, **arguments)

    def prepare(self, function: Callable[..., Prepared]) -> Callable[..., Prepared]:
        """Register what is checked and previewed before the tool acts (a decorator). Same parameters as the tool."""
        self.preparation = function
        return function


def tool(effect: Effect, examples: Sequence[str]) -> Callable[[Callable[..., ToolResult]], Tool]:
    """Declare a function as a tool.

    Args:
        effect: `read`, `write` (adds or starts something) or `destroy` (removes, stops, overwrites, shares outside).
        examples: a few ways in which people ask for it; `{kind}` stands for a name of that kind.
    """

    def declare(function: Callable[..., ToolResult]) -> Tool:
        signature = inspect.signature(function)
        hints = get_type_hints(function, include_extras=True)
        doc = docstring_parser.parse(function.__doc__ or "")
        described = {param.arg_name: param.description for param in doc.params}
        services: list[type] = []
        fields: dict[str, Any] = {}
        kinds: dict[str, Kind] = {}
        for parameter in signature.parameters.values():
            hint = hints[parameter.name]
            if parameter.kind is parameter.POSITIONAL_ONLY:
                services.append(hint)
                continue
            default = ... if parameter.default is parameter.empty else parameter.default
            description = described.get(parameter.name)
            fields[parameter.name] = (hint, Field(default, description=description) if description else default)
            kind = _kind_in(hint)
            if kind is not None:
                kinds[parameter.name] = kind
        return Tool(
            function=function,
            effect=effect,
            examples=tuple(examples),
            name=function.__name__,
            summary=" ".join(part for part in (doc.short_description, doc.long_description) if part),
            parameters=create_model(function.__name__, __base__=Parameters, **fields),
            services=tuple(services),
            kinds=kinds,
        )

    return declare


def _container_in(hint: Any) -> Any:
    """`list` or `dict` where a type hint asks for one, also within `Annotated[...]` and `... | None`."""
    origin = get_origin(hint)
    if origin in (list, dict):
        return origin
    parts = (part for part in get_args(hint) if get_origin(part) is not None or isinstance(part, type))
    return None if origin is None else next((found for part in parts if (found := _container_in(part)) is not None), None)


def _taken_as(container: Any, value: Any) -> Any:
    if container is None or not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, container):
        return parsed
    return [value] if container is list else value


def _inlined(schema: Any, types: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, types) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = types[schema["$ref"].rpartition("/")[2]] | {key: value for key, value in schema.items() if key != "$ref"}
    return {key: _inlined(value, types) for key, value in schema.items()}


def _kind_in(hint: Any) -> Kind | None:
    """The kind inside a type hint, also within `list[...]` and `... | None`."""
    for part in getattr(hint, "__metadata__", ()):
        if isinstance(part, Kind):
            return part
    if get_origin(hint) is None:
        return None
    return next((kind for inner in get_args(hint) if (kind := _kind_in(inner)) is not None), None)


@dataclass(frozen=True)
class Resolver:
    """Turns what a person called a thing into its exact name, and lists the names there are."""

    kind: str
    services: tuple[type, ...]
    resolve: Callable[..., str]


def resolver(kind: str) -> Callable[[Callable[..., str]], Resolver]:
    """Declare how names of a kind are resolved: `f(service, /, given, args) -> exact name`, or raises ToolError."""

    def declare(function: Callable[..., str]) -> Resolver:
        return Resolver(kind, _services_of(function), function)

    return declare


@dataclass(frozen=True)
class Entry:
    """Something that exists, as the built-in planner and completions see it."""

    kind: str
    name: str
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    """What can single it out: a run's state and pipeline, a pipeline's parameters, an object's bucket."""


@dataclass(frozen=True)
class Lister:
    """Lists what exists of a kind, newest first, bounded."""

    kind: str
    services: tuple[type, ...]
    entries: Callable[..., list[Entry]]


def lister(kind: str) -> Callable[[Callable[..., list[Entry]]], Lister]:
    """Declare how the things of a kind are listed: `f(service, /) -> entries`."""

    def declare(function: Callable[..., list[Entry]]) -> Lister:
        return Lister(kind, _services_of(function), function)

    return declare


def _services_of(function: Callable[..., object]) -> tuple[type, ...]:
    hints = get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    return tuple(hints[p.name] for p in parameters if p.kind is p.POSITIONAL_ONLY)


@dataclass(frozen=True)
class Toolset:
    """All that the modules of one package declare."""

    tools: dict[str, Tool]
    resolvers: dict[str, Resolver]
    listers: dict[str, Lister]


@cache
def discover(package: str) -> Toolset:
    """Import every module of a package (such as `tools.kfp`) and collect its tools, resolvers and listers.

    A file `phrasings.txt` in the package adds examples to those that its tools declare: below `[tool]`, one a line.

    Raises:
        ValueError: two tools of the package share a name, or `phrasings.txt` speaks of a tool that it does not have.
    """
    root = importlib.import_module(package)
    modules: list[ModuleType] = [root]
    modules += [importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(root.__path__) if not info.ispkg]
    members = [value for module in modules for value in vars(module).values()]
    names = [t.name for t in {id(m): m for m in members if isinstance(m, Tool)}.values()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{package} declares several tools called {', '.join(twice)}")
    said = _phrasings(package)
    if strange := sorted(said.keys() - set(names)):
        raise ValueError(f"{package} has phrasings for {', '.join(strange)}, but no such tool")
    for one in members:
        if isinstance(one, Tool):
            one.examples = tuple(dict.fromkeys((*one.examples, *said.get(one.name, ()))))
    return Toolset(
        tools={m.name: m for m in members if isinstance(m, Tool)},
        resolvers={m.kind: m for m in members if isinstance(m, Resolver)},
        listers={m.kind: m for m in members if isinstance(m, Lister)},
    )


def _phrasings(package: str) -> dict[str, list[str]]:
    """What the package's `phrasings.txt` has for each tool; nothing where there is none."""
    file = importlib.resources.files(package).joinpath("phrasings.txt")
    said: dict[str, list[str]] = {}
    for line in file.read_text("utf-8").splitlines() if file.is_file() else ():
        if line.startswith("["):
            name = line.strip("[] ")
        elif line.strip() and not line.startswith("#"):
            said.setdefault(name, []).append(line.strip())
    return said
