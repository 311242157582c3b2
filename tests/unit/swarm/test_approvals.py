"""What an approval says and for how long it holds, what a decision means, and what changed arguments may be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from agents.registry import find_agents
from standalone.objects import FolderStore
from swarm import approvals
from swarm.airlock import Airlock
from swarm.approvals import Decision
from swarm.errors import ApprovalError
from swarm.mandate import Mandate
from swarm.permissions import Permissions
from swarm.reply import Approval
from swarm.store import Store
from swarm.vault import Vault
from swarm.workers import Workers
from tests.unit.tools.calling import services
from tools.call import Call
from tools.result import Effect, ErrorCode

AGENTS = find_agents()
MINIO = AGENTS["minio"]


def approval(name: str = "a1", **fields: Any) -> Approval:
    call = Call(MINIO.toolset.tools["create_bucket"], {"bucket": "quarry"}, "write", "A bucket `quarry`.")
    return approvals.request(name, MINIO, call, 60).model_copy(update=fields)


def test_an_approval_is_bound_to_the_call() -> None:
    before = datetime.now(UTC)
    asked = approval()
    assert approvals.call_of(asked) == "a1"
    assert (asked.agent, asked.tool, asked.args, asked.effect) == ("minio", "create_bucket", {"bucket": "quarry"}, "write")
    assert asked.preview == "A bucket `quarry`."
    until = datetime.fromisoformat(asked.expires_at)
    assert before + timedelta(minutes=59) < until <= datetime.now(UTC) + timedelta(minutes=60)


@pytest.mark.parametrize(("args", "effect"), [({"bucket": "cave"}, "write"), ({"bucket": "quarry"}, "destroy"), ({}, "write")])
def test_an_approval_of_something_else_is_another_one(args: dict[str, Any], effect: Effect) -> None:
    other = approvals.request("a1", MINIO, Call(MINIO.toolset.tools["create_bucket"], args, effect, "A bucket `quarry`."), 60)
    assert (other.id != approval().id, approvals.call_of(other)) == (True, "a1")
    assert approval().id == approval().id


def test_the_id_of_a_call_may_have_dots() -> None:
    assert approvals.call_of(approval("call.7.b")) == "call.7.b"


def test_without_a_preview_the_first_sentence_of_the_tool_stands_there() -> None:
    tool = MINIO.toolset.tools["preview_object"]
    assert ". " in tool.summary
    preview = approvals.request("a1", MINIO, Call(tool, {}, "read", ""), 60).preview
    assert preview == tool.summary[: tool.summary.index(". ") + 1]


@pytest.mark.parametrize(("minutes", "late"), [(1, False), (-1, True)])
def test_an_approval_holds_until_its_time(minutes: float, late: bool) -> None:
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    assert approvals.expired(approval(expires_at=until.isoformat())) is late


@pytest.mark.parametrize(
    ("decision", "by", "written", "said"),
    [
        ("approve", "anna", "approved", None),
        ("approve", "", "automatic", None),
        ("reject", "anna", "rejected", "A person rejected it. Nothing was changed."),
        ("expired", "", "expired", "The approval expired. Nothing was changed."),
        ("forbidden", "", "forbidden", "Not approved: this session allows no changes. Nothing was changed."),
    ],
)
def test_a_decision_in_the_audit_log_and_as_a_result(decision: Any, by: str, written: str, said: str | None) -> None:
    made = Decision(decision=decision, by=by)
    assert approvals.audited(made) == written
    if said:
        result = approvals.refusal(made)
        assert (result.status, result.code, result.content) == ("error", ErrorCode.CANCELED, said)


def test_a_decision_approves_nothing_but_reading_unless_it_says_so() -> None:
    assert Decision(decision="approve").effect == "read"


class State(TypedDict):
    done: list[str]


def test_of_two_that_wait_only_the_one_decided_on_goes_on() -> None:
    went: list[Decision] = []

    def ask(name: str) -> Any:
        def node(_: State) -> None:
            went.append(Decision.model_validate(interrupt(approval(name).model_dump())))

        return node

    graph = StateGraph(State)
    for name in ("first", "second"):
        graph.add_node(name, ask(name))
        graph.add_edge(START, name)
        graph.add_edge(name, END)
    played = graph.compile(checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "t"}}
    played.invoke({"done": []}, thread)
    snapshot = played.get_state(thread)
    waiting = approvals.pending(snapshot)
    assert sorted(map(approvals.call_of, waiting)) == ["first", "second"]
    second = Approval.model_validate_json(next(a for a in waiting if approvals.call_of(a) == "second").model_dump_json())
    played.invoke(approvals.resume(snapshot, second, Decision(decision="approve", by="anna")), thread)
    assert [d.by for d in went] == ["anna"]
    assert [approvals.call_of(a) for a in approvals.pending(played.get_state(thread))] == ["first"]


@pytest.mark.parametrize(
    ("role", "effect", "may"),
    [
        ("viewer", "read", True),
        ("viewer", "write", False),
        ("operator", "write", True),
        ("operator", "destroy", False),
        ("admin", "destroy", True),
    ],
)
def test_who_may_not_do_it_may_not_decide_on_it(role: str, effect: Effect, may: bool) -> None:
    mandate = Mandate("s", "anna", Permissions(role))
    if may:
        approvals.check_role(effect, mandate)
    else:
        with pytest.raises(ApprovalError, match=rf"your role \({role}\) may not decide"):
            approvals.check_role(effect, mandate)


def test_the_reply_says_what_is_at_stake_and_how_many_wait() -> None:
    one = approvals.waiting("s", [approval()], [])
    assert (one.session, one.status, one.approval) == ("s", "needs_approval", approval(expires_at=one.approval and one.approval.expires_at))
    assert one.answer == "This would change something, so please decide: approve or reject.\n\nA bucket `quarry`."
    two = approvals.waiting("s", [approval(), approval("a2")], [])
    assert two.answer.endswith("\n\n1 more decision(s) will follow.")
    three = approvals.waiting("s", [approval(effect="destroy"), approval("a2"), approval("a3")], [], "Hm. ")
    assert three.answer.startswith("Hm. This **cannot simply be undone**, so please decide")
    assert three.answer.endswith("\n\n2 more decision(s) will follow.")
    assert three.approval
    assert approvals.call_of(three.approval) == "a1"


@pytest.fixture
def airlock(tmp_path: Path) -> Iterator[Airlock]:
    store = Store.open(tmp_path, None)
    yield Airlock(services(FolderStore(tmp_path / "buckets")), Vault(store, [], b"a key for tests"))
    store.close()


async def test_changed_arguments_are_checked_like_any(airlock: Airlock) -> None:
    workers, mandate = Workers(1), Mandate("s", "anna", Permissions())
    call = await approvals.edited(approval(), {"bucket": "pebbles"}, AGENTS, airlock, mandate, workers)
    assert (call.tool.name, call.args) == ("create_bucket", {"bucket": "pebbles"})
    same = await approvals.edited(approval(), {}, AGENTS, airlock, mandate, workers)
    assert same.args == {"bucket": "quarry"}
    with pytest.raises(ApprovalError, match=r"pebble.* The approval still waits\."):
        await approvals.edited(approval(), {"pebble": 1}, AGENTS, airlock, mandate, workers)
    for gone in ({"agent": "nobody"}, {"tool": "no_tool"}):
        with pytest.raises(ApprovalError, match="is not to be had at present"):
            await approvals.edited(approval(**gone), {}, AGENTS, airlock, mandate, workers)
    workers.close()
