"""Files that programs read: docstrings of Python modules, cells of notebooks, YAML documents. Line numbers count the extracted text."""

import ast
import inspect
import json
import re
from typing import Any

from knowledge.markdown import Page

_KIND = re.compile(r"^kind:[ \t]*([\w.-]+)", re.MULTILINE)
_NAME = re.compile(r"^metadata:[ \t]*\n(?:[ \t]+.*\n)*?[ \t]+name:[ \t]*([\w.-]+)", re.MULTILINE)


def python(text: str) -> Page:
    """Docstrings of a module, its classes and functions under their signatures. Raises `ValueError` for invalid Python."""
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"it is not valid Python: line {error.lineno}: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ValueError("it is nested too deeply to be parsed") from None
    parts = [ast.get_docstring(module) or ""]
    _describe(module, "", 2, parts)
    return Page(None, "\n\n".join(part for part in parts if part), outdated=False)


def notebook(text: str) -> Page:
    """Text and code cells of a Jupyter notebook, without outputs. Raises `ValueError` when it is none."""
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
        parts = [_cell(str(cell["cell_type"]), "".join(cell["source"])) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("it is not a Jupyter notebook of format 4 (JSON with `cells`)") from None
    body = "\n\n".join(part for part in parts if part.strip())
    title = re.search(r"^# (.+)$", body, re.MULTILINE) if body.startswith("# ") else None
    return Page(title.group(1).strip() if title else None, body, outdated=False)


def yaml_documents(text: str) -> Page:
    """Each document of a YAML file as a code block, under its kind and name where it has them, as Kubernetes manifests do."""
    parts: list[str] = []
    for document in re.split(r"^---\s*$", text, flags=re.MULTILINE):
        if document.strip():
            parts.append(f"{_manifest_heading(document)}```yaml\n{document.strip(chr(10))}\n```")
    return Page(None, "\n\n".join(parts), outdated=False)


def _describe(node: ast.Module | ast.ClassDef, owner: str, level: int, parts: list[str]) -> None:
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{owner}{child.name}"
            docstring = ast.get_docstring(child)
            if docstring:
                signature = "" if isinstance(child, ast.ClassDef) else f"({ast.unparse(child.args)})"
                parts.append(f"{'#' * level} {name}\n\n`{name}{signature}`\n\n{inspect.cleandoc(docstring)}")
            if isinstance(child, ast.ClassDef):
                _describe(child, f"{name}.", min(level + 1, 6), parts)


def _cell(kind: str, source: str) -> str:
    if kind == "code":
        return f"```python\n{source}\n```" if source.strip() else ""
    return source if kind == "markdown" else ""


def _manifest_heading(document: str) -> str:
    """Kind and name by pattern: parsing is slow for large files, and a template is no YAML yet."""
    kind, name = _KIND.search(document), _NAME.search(document)
    return f"## {kind.group(1)} {name.group(1) if name else ''}".rstrip() + "\n\n" if kind else ""
