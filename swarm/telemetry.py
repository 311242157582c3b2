"""Seeing the assistant at work from outside: Prometheus metrics and OpenTelemetry spans. Off until configured; never any content."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langsmith import set_runtime_overrides
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, StatusCode, Tracer
from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

from swarm.reply import Reply
from swarm.settings import Settings

SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Bounds of the histograms."""


class Metrics:
    """What is counted, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        make: dict[str, Any] = {"registry": self.registry}
        self.turns = Counter("swarm_turns", "Turns by how they ended.", ["status"], **make)
        self.turn_seconds = Histogram("swarm_turn_seconds", "Seconds of a turn.", buckets=SECONDS, **make)
        self.model_calls = Counter("swarm_model_calls", "Calls of models.", ["model", "outcome"], **make)
        self.model_seconds = Histogram("swarm_model_seconds", "Seconds of a model's answer.", ["model"], buckets=SECONDS, **make)
        self.tokens = Counter("swarm_tokens", "Tokens sent to models and received.", ["model", "direction"], **make)
        self.tool_calls = Counter("swarm_tool_calls", "Tool calls by how they ended.", ["agent", "tool", "status"], **make)
        self.tool_seconds = Histogram("swarm_tool_seconds", "Seconds of a tool call.", ["agent", "tool"], buckets=SECONDS, **make)


class Telemetry:
    """Metrics and spans of one assistant. Spans go to whatever tracer the process has; without one they cost nothing."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self.metrics = Metrics()
        self._tracer = tracer or trace.get_tracer("mlops-swarm")

    @classmethod
    @contextmanager
    def open(cls, settings: Settings) -> Iterator["Telemetry"]:
        """Telemetry as the settings want it: a port for Prometheus, an endpoint for traces, either or none."""
        set_runtime_overrides(aio_to_thread=_in_place)
        with ExitStack() as stack:
            tracer = None
            if settings.otel.exporter_otlp_endpoint:
                provider = _exporting(settings.otel.exporter_otlp_endpoint)
                stack.callback(provider.shutdown)
                tracer = provider.get_tracer("mlops-swarm")
            telemetry = cls(tracer)
            if settings.swarm.metrics_port is not None:
                server, thread = start_http_server(settings.swarm.metrics_port, settings.swarm.host, telemetry.metrics.registry)
                stack.callback(thread.join)
                stack.callback(server.server_close)
                stack.callback(server.shutdown)
                telemetry.port = server.server_port
            yield telemetry

    def use(self, tracer: Tracer | None) -> None:
        """Send spans to this tracer, or again to the one that the process has."""
        self._tracer = tracer or trace.get_tracer("mlops-swarm")

    port: int | None = None
    """Where the metrics are served, if they are."""

    @contextmanager
    def turn(self) -> Iterator["Measured"]:
        """A turn from message to reply. Its span is handed on by hand: a turn is a stream, which other work interrupts."""
        turn = Measured(self._tracer.start_span("swarm.turn"))
        try:
            yield turn
        finally:
            turn.span.end()
            self.metrics.turns.labels(turn.status).inc()
            self.metrics.turn_seconds.observe(turn.seconds)

    @contextmanager
    def tool(self, agent: str, name: str, effect: str, turn: "Measured | None") -> Iterator["Measured"]:
        """A tool call, from its arguments to its result."""
        attributes = {"swarm.agent": agent, "swarm.tool": name, "swarm.effect": effect}
        call = Measured(self._tracer.start_span("swarm.tool", context=turn.inside if turn else None, attributes=attributes))
        try:
            yield call
        finally:
            call.span.end()
            self.metrics.tool_calls.labels(agent, name, call.status).inc()
            self.metrics.tool_seconds.labels(agent, name).observe(call.seconds)

    def models(self, turn: "Measured | None") -> "ModelCalls":
        """A callback for a turn's model calls."""
        return ModelCalls(self.metrics, self._tracer, turn)


class Measured:
    """A piece of work that is measured; its `status` is what it ended with."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.status = "canceled"
        self._started = time.monotonic()
        number = span.get_span_context().trace_id
        self.trace = f"{number:032x}" if number else uuid.uuid4().hex
        """Identifies the turn in traces and in the audit log."""

    @property
    def inside(self) -> Context:
        """The context of spans within this one."""
        return trace.set_span_in_context(self.span)

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self._started

    def ended(self, status: str) -> None:
        """Say how it ended."""
        self.status = status
        self.span.set_attribute("swarm.status", status)
        if status in ("failed", "error"):
            self.span.set_status(StatusCode.ERROR)

    def replied(self, reply: Reply) -> None:
        """Say how a turn ended, and what it cost."""
        self.ended(reply.status)
        self.span.set_attributes({f"swarm.{name}": value for name, value in reply.usage.model_dump().items()})


class ModelCalls(AsyncCallbackHandler):
    """Measures the calls of models: LangChain tells it about each."""

    run_inline = True
    ignore_chain = ignore_agent = ignore_retriever = ignore_custom_event = True

    def __init__(self, metrics: Metrics, tracer: Tracer, turn: Measured | None) -> None:
        self._metrics = metrics
        self._tracer = tracer
        self._inside = turn.inside if turn else None
        self._open: dict[UUID, tuple[str, float, Span]] = {}

    async def on_chat_model_start(self, serialized: dict[str, Any], messages: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """A model is asked."""
        model = str((kwargs.get("metadata") or {}).get("ls_model_name") or (serialized or {}).get("name") or "unknown")
        span = self._tracer.start_span("swarm.model", context=self._inside, attributes={"swarm.model": model})
        self._open[run_id] = (model, time.monotonic(), span)

    async def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """It has answered."""
        model, _, span = self._open[run_id]
        generations = [g for row in response.generations for g in row if isinstance(g, ChatGeneration)]
        for message in (g.message for g in generations):
            if isinstance(message, AIMessage) and message.usage_metadata:
                for direction, count in (("in", "input_tokens"), ("out", "output_tokens")):
                    self._metrics.tokens.labels(model, direction).inc(message.usage_metadata[count])  # type: ignore[literal-required]
                    span.set_attribute(f"swarm.tokens.{direction}", message.usage_metadata[count])  # type: ignore[literal-required]
        self._closed(run_id, "ok")

    async def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """It has not."""
        self._closed(run_id, "error")

    def _closed(self, run_id: UUID, outcome: str) -> None:
        model, started, span = self._open.pop(run_id)
        self._metrics.model_calls.labels(model, outcome).inc()
        self._metrics.model_seconds.labels(model).observe(time.monotonic() - started)
        if outcome == "error":
            span.set_status(StatusCode.ERROR)
        span.end()


async def _in_place(default: Any, context: Any, work: Any, /, *args: Any, **kwargs: Any) -> Any:
    """LangChain tells LangSmith of each of our middlewares in a thread of its own, twice a call, also when nobody listens. The telling
    itself takes microseconds: it is done where we are."""
    del default
    return context.run(work, *args, **kwargs)


def _exporting(endpoint: str) -> Any:
    """A tracer provider that sends spans to a collector, in the background."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "mlops-swarm"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    return provider
