"""scikit-learn's estimators by name: what a training step is told is checked before anything runs."""

import inspect
import re
from functools import cache
from typing import Any

from tools.names import listed, matching, nearest
from tools.result import ErrorCode, ToolError


def checked(estimator: str, params: dict[str, Any]) -> str:
    """The class that is meant: `random forest classifier` is RandomForestClassifier.

    Raises:
        ToolError: INVALID_ARGUMENT, with the nearest names: no class or several can be meant, or the class has no such parameter.
    """
    known = _known()
    spoken = {_spaced(name): name for name in known}
    found = [estimator] if estimator in known else [spoken[words] for words in matching(_spaced(estimator), list(spoken))]
    if len(found) != 1:
        near = found or [spoken[words] for words in nearest(_spaced(estimator), list(spoken))]
        message = f"`{estimator}` names no single estimator of scikit-learn. {'Nearest: ' + listed(near) if near else 'Give the class'}."
        raise ToolError(ErrorCode.INVALID_ARGUMENT, message, near)
    name = found[0]
    allowed = [p for p in inspect.signature(known[name]).parameters if p != "self"]
    for given in params:
        if given not in allowed:
            near = nearest(given, allowed, limit=3)
            hint = f"Nearest: {listed(near)}. " if near else ""
            message = f"{name} has no parameter `{given}`. {hint}It has: {listed(allowed, limit=30)}."
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message, near or allowed)
    return name


@cache
def _known() -> dict[str, Any]:
    from sklearn.utils import all_estimators

    return dict(all_estimators(type_filter=["classifier", "regressor"]))


def _spaced(name: str) -> str:
    """`RandomForestClassifier` in words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
