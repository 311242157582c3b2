"""Pipelines to be written: their steps, from the words that describe them."""

import re
from typing import Any

from swarm.planner.context import Args, Context

_COMPONENTS = {
    "load": r"\b(?:loads?|reads?|from|for)\b",
    "validate": r"\b(?:validat|check)\w*",
    "split": r"\bsplit\w*",
    "train": r"\b(?:train|fit)\w*",
    "evaluate": r"\b(?:evaluat|measur|test)\w*",
    "register": r"\bregist\w*",
    "report": r"\breport\w*",
}
_ESTIMATOR = re.compile(r"\b((?:[A-Z][a-z0-9]*){2,}|SVC|SVR|Ridge|Lasso)\b")
_TARGET = re.compile(
    r"\b(?:predicts?|target(?: column)?|label(?: column)?)\s+(?:is\s+|the\s+|=\s*)?[\"'`]?(\w+)|\bon\s+[\"'`]?(\w+)[\"'`]?\s*(?:$|[,.])",
    re.I,
)
_SOURCE = re.compile(r"\b(?:minio|s3)://[^\s,;]+")


def is_component(text: str) -> bool:
    """Whether a text begins with what a component does: "train a RandomForestClassifier"."""
    first = re.match(r"\W*(?:(?:and|then|it|that)\s+)*(\w+)", text)
    return first is not None and any(re.fullmatch(pattern, first.group(1), re.I) for pattern in _COMPONENTS.values())


def pipeline_steps(name: str, context: Context, args: Args) -> list[dict[str, Any]] | None:
    """The steps of a pipeline to be written: what is spoken of, and what that needs before it."""
    source = _SOURCE.search(context.text)
    target = _TARGET.search(context.text)
    if source is None or target is None:
        return None
    estimator = _ESTIMATOR.search(context.text)
    spoken = {part for part, pattern in _COMPONENTS.items() if re.search(pattern, context.text, re.I)}
    wanted = spoken | {"load"} | ({"split", "train", "evaluate"} if spoken & {"train", "evaluate", "register", "report"} else set())
    options: dict[str, dict[str, Any]] = {
        "load": {"source": source.group().rstrip(".")},
        "split": {"target": target.group(1) or target.group(2)},
        "train": {"estimator": estimator.group(1)} if estimator else {},
        "register": {"model_name": str(args.get("name", "model"))},
    }
    return [{"component": part, "options": options.get(part, {})} for part in _COMPONENTS if part in wanted]
