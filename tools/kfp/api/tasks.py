"""The tasks of a run as its details list them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.kfp.api.calls import time_of
from tools.kfp.model import Task

_ROOT = "root"
_DRIVER = re.compile(r"(.+)-driver(?:\(.*\))?")
_ATTEMPT = re.compile(r"executor(?:\(.*\))?")
_ENGINE = re.compile(rf"{_ROOT}|iteration-.*|{_DRIVER.pattern}|{_ATTEMPT.pattern}")
"""Nodes that upstream's compiler puts around or into each step, see its `argocompiler`."""


def tasks_of(details: list[Any]) -> tuple[Task, ...]:
    """The tasks of a run; the one that holds all others has no parent."""
    if any(d.parent_task_id for d in details):
        return tuple(_task(d, d.parent_task_id) for d in details)
    return tuple(_tasks_of_nodes(details))


def _tasks_of_nodes(details: list[Any]) -> Iterator[Task]:
    """The steps behind the nodes of a cluster's workflow engine, which lists them without saying which lies in which.

    A step `train` is a node `train-driver`, which resolves its inputs, a node `train`, and in that a node `executor`, with retries one for
    each attempt. An importer is a node alone. `child_tasks` are the nodes that come next, inside or after.
    """
    nodes = {d.pod_name or d.task_id: d for d in details}
    following = {name: {c: nodes[c] for c in _next(d) if c in nodes} for name, d in nodes.items()}
    labels = {_label(d) for d in details}
    holder = next((d for d in details if _label(d) == _ROOT), None)
    root = holder.task_id if holder is not None else None
    if holder is not None:
        yield _task(holder, None)
    for name, node in nodes.items():
        driver = _DRIVER.fullmatch(_label(node))
        if driver and node.state == "FAILED" and driver[1] not in labels:
            yield _task(node, root, name=driver[1])
        elif not _ENGINE.fullmatch(_label(node)) and _works(node, following[name].values(), labels):
            attempts = dict(_attempts(name, following))
            yield _task(node, root, pods=tuple(attempts) or (name,), also=attempts.values())


def _works(node: Any, following: Iterable[Any], labels: set[str]) -> bool:
    """Whether a node is a step: loops, conditions and pipelines are not, which begin with the driver of something else."""
    after = [_label(n) for n in following]
    if not after or any(_ATTEMPT.fullmatch(label) for label in after):
        return True
    return f"{_label(node)}-driver" not in labels and not {"iteration-driver", f"{_ROOT}-driver"} & set(after)


def _attempts(name: str, following: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for pod, node in following[name].items():
        if _ATTEMPT.fullmatch(_label(node)):
            yield pod, node
            yield from _attempts(pod, following)


def _label(answer: Any) -> str:
    return answer.display_name or ""


def _next(answer: Any) -> list[str]:
    return [c.pod_name or c.task_id for c in answer.child_tasks or []]


def _task(answer: Any, parent: str | None, *, name: str = "", pods: tuple[str, ...] = (), also: Iterable[Any] = ()) -> Task:
    """One task; the error is its own, else that of one of the others."""
    told = [d.error.message for d in (answer, *also) if d.error and d.error.message]
    return Task(
        id=answer.task_id,
        name=name or _label(answer),
        state=(answer.state or "pending").lower(),
        started=time_of(answer.start_time),
        ended=time_of(answer.end_time),
        error=told[0] if told else "",
        parent=parent,
        pods=pods,
    )
