"""Placeholders of the IR, such as `{{$.inputs.parameters['x']}}`, replaced by what they stand for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from standalone.engine.contract import EngineError, JsonObject

_PLACEHOLDER = re.compile(r"\{\{\$(?:\.(?P<expression>.*?))?\}\}")
_PARAMETER = re.compile(r"inputs\.parameters\['(?P<name>[^']*)'\]$")
_OUTPUT_FILE = re.compile(r"outputs\.parameters\['(?P<name>[^']*)'\]\.output_file$")
_ARTIFACT = re.compile(
    r"(?P<side>inputs|outputs)\.artifacts\['(?P<name>[^']*)'\]"
    r"(?:\.(?P<field>uri|path|name)|\.metadata(?:\['(?P<quoted>[^']*)'\]|\.(?P<dotted>\w+))?(?P<metadata>))?$"
)
_ESCAPED = re.compile(r"json_escape\[(?P<level>\d+)\]$")


@dataclass(frozen=True)
class Placeholders:
    """What placeholders stand for in one task: names of the run, and the task's executor input (a dict in the form of ExecutorInput)."""

    names: Mapping[str, str]
    executor_input: JsonObject

    def resolve(self, value: JsonValue) -> JsonValue:
        """The value with every placeholder in every text in it replaced, once: what is put in is never searched again.

        Raises EngineError for a placeholder that stands for nothing.
        """
        if isinstance(value, str):
            return _PLACEHOLDER.sub(lambda match: self._text(match["expression"]), value)
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if isinstance(value, dict):
            return {self.resolve_text(key): self.resolve(item) for key, item in value.items()}
        return value

    def resolve_text(self, text: str) -> str:
        """`resolve` for a text."""
        return _PLACEHOLDER.sub(lambda match: self._text(match["expression"]), text)

    def _text(self, expression: str | None) -> str:
        if expression is None:
            return json.dumps(self.executor_input)
        if expression in self.names:
            return self.names[expression]
        for pattern, lookup in (
            (_PARAMETER, self._parameter),
            (_ARTIFACT, self._artifact),
            (_OUTPUT_FILE, self._output_file),
            (_ESCAPED, self._escaped),
        ):
            if match := pattern.match(expression):
                found = lookup(match)
                return found if isinstance(found, str) else json.dumps(found)
        raise EngineError(f"The placeholder {{{{$.{expression}}}}} means nothing to this platform.")

    def _parameter(self, match: re.Match[str]) -> JsonValue:
        return _at(self.executor_input, "inputs", "parameterValues", match["name"])

    def _output_file(self, match: re.Match[str]) -> JsonValue:
        return _at(self.executor_input, "outputs", "parameters", match["name"], "outputFile")

    def _artifact(self, match: re.Match[str]) -> JsonValue:
        artifacts = _at(self.executor_input, match["side"], "artifacts", match["name"], "artifacts")
        if match["field"] is None and match["metadata"] is None:
            return artifacts
        first = artifacts[0] if isinstance(artifacts, list) and artifacts else {}
        if match["field"]:
            return _at(first, "uri" if match["field"] == "path" else match["field"])
        key = match["quoted"] or match["dotted"]
        return _at(first, "metadata", key) if key else _at(first, "metadata")

    def _escaped(self, match: re.Match[str]) -> JsonValue:
        text = json.dumps(self.executor_input)
        for _ in range(int(match["level"])):
            text = json.dumps(text)[1:-1]
        return text


def _at(value: JsonValue, *keys: str) -> JsonValue:
    for depth, key in enumerate(keys):
        if not isinstance(value, dict) or key not in value:
            raise EngineError(f"A placeholder refers to '{'.'.join(keys[: depth + 1])}', which has no value in this task.")
        value = value[key]
    return value
