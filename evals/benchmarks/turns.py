"""What a turn of a conversation costs: model calls, prompt tokens beside one flat agent, time beside langgraph-supervisor, a crowd at once.

Calls and tokens are counted on the requests that a scripted OpenAI-compatible server receives. Times are taken with a model inside the
process that answers at once, so that they are the runtime's own.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from evals.flat import Flat, flat_agent
from evals.ledger import install
from evals.measurement import Measurement
from evals.scripted_chat import ScriptedChat
from standalone.platform import stop_server
from tests.scripted_model import Calls, Reply, Says, ScriptedModel, scripted_model

TURNS = 60
CROWD, ROUNDS, NAP = 50, 10, 2.0
SCENARIO = [
    ("which pipelines are there?", "kfp", "list_pipelines", {}),
    ("what does iris-classification take?", "kfp", "get_pipeline", {"pipeline": "iris-classification"}),
    ("show my buckets", "minio", "list_buckets", {}),
    ("what is in datasets?", "minio", "list_objects", {"bucket": "datasets"}),
    ("the first rows of iris.csv please", "minio", "preview_object", {"bucket": "datasets", "key": "iris.csv"}),
    ("how do I turn off caching for one step?", "rag", "search_docs", {"query": "turn off caching for one step"}),
    ("which runs failed?", "kfp", "list_runs", {"state": "failed"}),
    ("thanks!", "", "", {}),
]
"""What is said, and who is meant to do what about it."""


def measure() -> Iterator[Measurement]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sys.path.insert(0, str(install(home / "plugin")))
        os.environ["LEDGER"] = str(home / "book.txt")
        try:
            yield from asyncio.run(_counted(home / "counted"))
            yield from asyncio.run(_timed(home / "timed"))
            yield from asyncio.run(_crowd(home / "crowd"))
        finally:
            stop_server(home / "counted")


@asynccontextmanager
async def _assistant(home: Path, url: str = "", samples: bool = False) -> AsyncIterator[Any]:
    """An assistant over a scripted server, or without an address over the model inside the process."""
    from swarm import Assistant, Settings
    from swarm.models import Choice, Models

    given: dict[str, Any] = {"swarm": {"home": home, "samples": samples, "fallback_models": "none", "approval": "destroy"}}
    if url:
        given["openai"] = {"base_url": url, "api_key": "x"}
    models = None if url else Models([Choice("scripted:chat", ScriptedChat)])
    async with Assistant.open(Settings.model_validate(given), models) as assistant:
        yield assistant


async def _counted(home: Path) -> list[Measurement]:
    """Model calls by kind of request, and prompt tokens of a conversation beside those of one flat agent."""
    calls: dict[str, int] = {}
    with scripted_model(iter(lambda: _scripted, None)) as model:
        async with _assistant(home, model.url, samples=True) as assistant:
            spent = await _requests(model, lambda: _said(assistant, [said for said, *_ in SCENARIO]))
            for kind, said in [("one_tool", "show my buckets"), ("small_talk", "thanks!"), ("parallel", "pipelines and buckets?")]:
                sent = await _requests(model, lambda said=said, kind=kind: _said(assistant, [said], kind))  # type: ignore[misc]
                routed = [r for r in sent if any(t["function"]["name"] == "ask_kfp" for t in r.get("tools", []))]
                calls[kind] = len(routed) if kind == "parallel" else len(sent)
            flat = flat_agent(model.url, assistant.toolbox)
            baseline = await _requests(model, lambda: _said(flat, [said for said, *_ in SCENARIO]))
    bounds = {"one_tool": 3, "parallel": 2, "small_talk": 1}
    counted = [Measurement(name=f"engine.turn_calls_{k}", value=calls[k], unit="calls", target=bound) for k, bound in bounds.items()]
    tokens = Measurement(
        name="engine.turn_prompt_tokens",
        value=_tokens(spent),
        unit="tokens",
        baseline="one flat agent with all tools",
        baseline_value=_tokens(baseline),
        target=0.5,
        of="ratio",
    )
    return [*counted, tokens]


async def _timed(home: Path) -> list[Measurement]:
    """Milliseconds of a turn with one tool, in one long and in many short conversations, beside langgraph-supervisor's."""
    from evals.flat import supervisor

    async with _assistant(home) as assistant, supervisor(home / "supervisor.db") as baseline:
        ours, theirs = list[float](), list[float]()
        for number in range(TURNS):
            for teller, times in ((assistant, ours), (baseline, theirs)):
                begun = time.perf_counter()
                await teller.ask("read the ledger", session=f"timed-{number // 10}")
                times.append((time.perf_counter() - begun) * 1000)
    ours, theirs = ours[5:], theirs[5:]
    figures = []
    for name, share, target in (("p50", 0.5, 35), ("p95", 0.95, 70)):
        value, other = _quantile(ours, share), _quantile(theirs, share)
        figures.append(
            Measurement(
                name=f"engine.turn_overhead_{name}",
                value=value,
                unit="ms",
                baseline="langgraph-supervisor",
                baseline_value=other,
                target=target,
            )
        )
    against = figures[0].model_copy(update={"name": "engine.turn_overhead_ratio", "target": 1.0, "of": "ratio"})
    return [*figures, against]


async def _crowd(home: Path) -> list[Measurement]:
    """Many conversations at once, each of whose turns calls one tool that sleeps: what a turn takes beyond the sleep.

    Every user begins at a moment of the own within the first sleep, as people do, and sends the next message as soon as the last is
    answered. From then on all conversations are under way together.
    """
    dice = random.Random(50)  # noqa: S311 - no secret
    begins = [dice.uniform(0, NAP) for _ in range(CROWD)]
    extra: list[float] = []
    wrong = 0

    async def talk(assistant: Any, number: int) -> None:
        nonlocal wrong
        await asyncio.sleep(begins[number])
        for turn in range(ROUNDS):
            word = f"word-{number}-{turn}"
            begun = time.perf_counter()
            reply = await assistant.ask(f"wait {NAP} {word}", session=f"crowd-{number}")
            extra.append((time.perf_counter() - begun - NAP) * 1000)
            wrong += reply.status != "done" or word not in reply.answer or len(reply.steps) != 1

    async with _assistant(home) as assistant:
        await assistant.ask("read the ledger", session="warm")
        await asyncio.gather(*(talk(assistant, number) for number in range(CROWD)))
    return [
        Measurement(name="engine.turn_crowd_p95", value=_quantile(extra, 0.95), unit="ms", target=300),
        Measurement(name="engine.turn_crowd_wrong", value=wrong, unit="turns", target=0),
    ]


async def _requests(model: ScriptedModel, work: Callable[[], Awaitable[None]]) -> list[dict[str, Any]]:
    """What was sent while some work was done."""
    before = len(model.requests)
    await work()
    return model.requests[before:]


async def _said(assistant: Any | Flat, messages: list[str], session: str = "count") -> None:
    for message in messages:
        await assistant.ask(message, session=session)


def _scripted(request: dict[str, Any]) -> Reply:
    """A model that knows the scenario: the router delegates, a specialist or a flat agent calls, both answer in the end."""
    names = {t["function"]["name"] for t in request.get("tools", [])}
    last = request["messages"][-1]
    if last["role"] == "tool":
        return Says("Here it is.")
    said = str(last["content"])
    if "ask_kfp" in names and "pipelines and buckets" in said:
        return Calls([("ask_kfp", {"task": "which pipelines are there?"}), ("ask_minio", {"task": "show my buckets"})])
    for words, agent, tool, args in SCENARIO:
        if tool and words in said:
            return Calls([(f"ask_{agent}", {"task": words})]) if "ask_kfp" in names else Calls([(tool, args)])
    return Says("You are welcome.")


def _tokens(requests: list[dict[str, Any]]) -> float:
    """Tokens of the messages and tools sent, at four characters each: the same rule for both."""
    return sum(len(json.dumps([r["messages"], r.get("tools", [])])) for r in requests) / 4


def _quantile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
