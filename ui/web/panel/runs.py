"""Runs: the list, one run with its graph, log, metrics and artifacts, and several side by side."""

import asyncio
from functools import lru_cache
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from swarm.toolbox import Toolbox
from tools.kfp.client import Kfp
from tools.kfp.logs import without_wrapper
from tools.kfp.model import WORK, Run, steps_of
from tools.result import ToolError, ToolResult
from tools.services import Services
from ui.web import cards
from ui.web.graph import Node, drawing
from ui.web.panel.rendering import page, rows

SHOWN = 100
"""Runs of the list."""
TAIL = 1024 * 1024
"""Bytes of a log that are shown, from its end."""
CARD_TAIL, CARD_LINES = 32 * 1024, 8
"""Bytes that are read of a log for a card, and lines of them that it shows."""
STATES = ("running", "succeeded", "failed", "pending", "canceled", "skipped")
VIEWS = ("steps", "log", "metrics", "artifacts")


class Runs:
    """Runs as the panel shows them."""

    def __init__(self, toolbox: Toolbox, services: Services) -> None:
        self._toolbox = toolbox
        self._services = services
        self._edges = lru_cache(maxsize=256)(self._edges_of)

    async def listing(self, state: str = "", pipeline: str = "") -> str:
        """The newest runs, of one state and pipeline where these are given."""
        chosen = {"state": state or None, "pipeline": pipeline or None}
        found, pipelines = await asyncio.gather(
            self._toolbox.read("list_runs", limit=SHOWN, **chosen), self._toolbox.read("list_pipelines")
        )
        names = [row["pipeline"] for row in rows(pipelines)]
        return page("runs", result=found, runs=rows(found), states=STATES, pipelines=names, state=state, pipeline=pipeline)

    async def one(self, run: str, view: str = "steps", step: str = "") -> str:
        """One run: its card, and of its steps, log, metrics and artifacts the one that is looked at."""
        try:
            found = await asyncio.to_thread(self._run, run)
            graph = await asyncio.to_thread(self.graph, found)
            shown: ToolResult | None = None
            log = ""
            steps: list[str] = []
            if view == "log":
                steps, log = await asyncio.to_thread(self._log, found, step)
            elif view == "metrics":
                shown = await self._toolbox.read("get_run_metrics", run=found.name)
            elif view == "artifacts":
                shown = await self._toolbox.read("list_run_artifacts", run=found.name)
        except ToolError as error:
            return page("trouble", message=error.message, back="runs")
        values = {"run": found, "graph": graph, "view": view, "views": VIEWS, "shown": shown, "log": log, "steps": steps, "step": step}
        return page("run", **values)

    async def card(self, run: str) -> str:
        """A run as a card of the conversation: its graph, and while it goes on the end of the log.

        Raises:
            ToolError: there is no such run, or nobody to ask.
        """
        found = await asyncio.to_thread(self._run, run)
        graph = await asyncio.to_thread(self.graph, found)
        tail = ""
        if not found.done:
            try:
                _, log = await asyncio.to_thread(self._log, found, "", CARD_TAIL)
            except ToolError:  # not every server tells logs
                log = ""
            last = "\n".join(log.strip().splitlines()[-CARD_LINES:])
            tail = f"<pre class='tail' aria-label='End of the log'>{escape(last)}</pre>" if last else ""
        return cards.run_card(found.id, found.name, found.pipeline, found.state, graph + tail, live=not found.done)

    async def compared(self, names: list[str]) -> str:
        """Several runs side by side."""
        return page("compared", result=await self._toolbox.read("compare_runs", runs=names), runs=names)

    def _run(self, run: str) -> Run:
        return self._services.get(Kfp).run(run)

    def graph(self, run: Run) -> str:
        """The run's steps as a drawing."""
        tasks = {task.name: task for task in run.steps}
        nodes = [Node(name, after) for name, after in self._edges(run.id)] or [Node(name, ()) for name in tasks]
        return drawing([Node(n.name, n.after, tasks[n.name].state, tasks[n.name].seconds) if n.name in tasks else n for n in nodes])

    def _edges_of(self, run_id: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The steps of a run's pipeline with those they come after; these never change."""
        kfp = self._services.get(Kfp)
        try:
            return tuple((name, tuple(after)) for name, after in steps_of(kfp.spec(kfp.run(run_id))))
        except ToolError:
            return ()

    def _log(self, run: Run, step: str, tail: int = TAIL) -> tuple[list[str], str]:
        """The steps that have a log, and the end of the log of the one that is asked for: by default of the one that failed or works."""
        kfp = self._services.get(Kfp)
        steps = [s for s in kfp.steps(run) if s.kind in WORK and s.log]
        if not steps:
            return [], ""
        ranked = sorted(steps, key=lambda s: (s.label != step, s.state != "failed", s.state != "running", s.started == ""))
        return [s.label for s in steps], self._toolbox.masked(without_wrapper(kfp.log(run, ranked[0], tail)))


def routes(runs: Runs) -> APIRouter:
    """The addresses of these views."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/runs")
    async def listing(state: str = "", pipeline: str = "") -> str:
        return await runs.listing(state, pipeline)

    @router.get("/run")
    async def one(run: str, view: str = "steps", step: str = "") -> str:
        return await runs.one(run, view, step)

    @router.get("/card")
    async def card(run: str) -> HTMLResponse:
        try:
            return HTMLResponse(await runs.card(run))
        except ToolError as error:
            return HTMLResponse(page("trouble", message=error.message, back="runs"), status_code=404)

    @router.get("/compared")
    async def compared(runs_: Annotated[list[str], Query(alias="runs")]) -> str:
        return await runs.compared(runs_)

    return router
