"""The JSON schemas of what Gradio's components take, made once; Gradio makes them anew whenever one changes on somebody's page."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel


def keep_schemas(*models: type[BaseModel]) -> None:
    """Keep the schemas of these models; with arguments they cannot be asked for any more."""
    for model in models:
        setattr(model, "model_json_schema", _copies(model.model_json_schema()))  # noqa: B010


def _copies(schema: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: dict(schema)
