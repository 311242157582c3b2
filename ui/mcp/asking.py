"""Approvals: the client's person is shown what code computed and accepts or declines. A client that cannot ask gets a refusal.

Up to revision 2025-11-25 of the protocol the server asks while the call waits; from 2026-07-28 on the call ends with the question
and is made again with the answer. What was asked travels with it sealed, so that an answer counts for nothing else.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel

from swarm.approvals import Decision, Verdict
from swarm.reply import Approval

KEY = "approval"
ELSEWHERE = (
    "This client cannot ask a person for an approval (MCP elicitation), so nothing was done. Make the change on the web page (`swarm ui`) "
    "or in `swarm chat`, or use a client that supports elicitation."
)
_NOTHING_TO_FILL_IN: dict[str, Any] = {"type": "object", "properties": {}}


class Asked(BaseModel):
    """What a question was about: the approval, and for whole tasks the session that waits."""

    approval: Approval
    session: str = ""


class Unanswered(Exception):  # noqa: N818 - no error: the call ends with a question
    """The call has to end with this question, and is made again with its answer."""

    def __init__(self, asked: Asked) -> None:
        super().__init__("waits for an answer")
        self.question = types.InputRequiredResult(
            input_requests={KEY: types.ElicitRequest(params=_form(asked.approval))}, request_state=asked.model_dump_json()
        )


@dataclass
class Person:
    """Whoever sits at the client of one call."""

    context: ServerRequestContext[Any, Any]
    given: types.CallToolRequestParams
    user: str

    @property
    def can_be_asked(self) -> bool:
        """Whether the client says that it can ask."""
        capabilities = self.context.session.client_capabilities
        return bool(capabilities and capabilities.elicitation) and (self._modern or self.context.session.can_send_request)

    @property
    def asked(self) -> Asked | None:
        """What this call brings an answer to."""
        state, answers = self.given.request_state, self.given.input_responses or {}
        return Asked.model_validate_json(state) if state and KEY in answers else None

    async def decide(self, approval: Approval, session: str = "") -> Decision:
        """The person's decision.

        Raises:
            Unanswered: the call has to be made again with the answer.
        """
        if not self.can_be_asked:
            return Decision(decision="forbidden")
        verdict = await self._verdict(approval, session)
        asked = self.asked.approval if self.asked else approval
        return Decision(decision=verdict, args=asked.args, effect=asked.effect, by=self.user, id=asked.id)

    async def _verdict(self, approval: Approval, session: str) -> Any:
        if not self._modern:
            return await self._answer_now(approval)
        if self.asked is None or (session and self.asked.approval.id != approval.id):
            raise Unanswered(Asked(approval=approval, session=session))
        answer = (self.given.input_responses or {})[KEY]
        return verdict(answer.action) if isinstance(answer, types.ElicitResult) else "reject"

    async def _answer_now(self, approval: Approval) -> Any:
        form = _form(approval)
        asking = self.context.session.elicit_form(form.message, form.requested_schema, related_request_id=self.context.request_id)
        try:
            return verdict((await asyncio.wait_for(asking, _seconds_left(approval))).action)
        except TimeoutError:
            return "expired"
        except MCPError:
            return "forbidden"

    @property
    def _modern(self) -> bool:
        return self.context.protocol_version in MODERN_PROTOCOL_VERSIONS


def verdict(action: str) -> Verdict:
    """What an answer means: anything but a clear yes is a no."""
    return "approve" if action == "accept" else "reject"


def _seconds_left(approval: Approval) -> float:
    return max((datetime.fromisoformat(approval.expires_at) - datetime.now(UTC)).total_seconds(), 0)


def _form(approval: Approval) -> types.ElicitRequestFormParams:
    kind = "This would REMOVE or OVERWRITE something." if approval.effect == "destroy" else "This would change something."
    message = f"{kind} Approve `{approval.tool}`?\n\n{approval.preview}"
    return types.ElicitRequestFormParams(message=message, requested_schema=_NOTHING_TO_FILL_IN)
