"""Approvals in words, beside other questions, by somebody else, and across a program that dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from standalone.platform import stop_server
from swarm import Assistant, Reply, Settings
from swarm.errors import ApprovalError
from swarm.reply import PlanUpdated
from tests.integration.swarm.talking import talking, task
from tests.scripted_model import Calls, Says
from tools.result import ErrorCode

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROLES = {"vera": "viewer", "olaf": "operator"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, database_url: str | None) -> Iterator[Path]:
    """A home for each of the databases: what one test makes is not there when it runs on the other."""
    folder = tmp_path_factory.mktemp("postgresql" if database_url else "sqlite")
    yield folder
    stop_server(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assistant(home: Path, database_url: str | None) -> AsyncIterator[Assistant]:
    given: dict[str, Any] = {"swarm": {"home": home, "roles": ROLES}, "database": {"url": database_url}}
    async with Assistant.open(Settings.model_validate(given)) as opened:
        yield opened


def made(reply: Reply) -> list[tuple[str, str]]:
    return [(s.tool, s.status) for s in reply.steps]


@pytest.mark.parametrize("word", ["yes", "Approve!", "ok", "go ahead", "y"])
async def test_a_clear_yes_approves(assistant: Assistant, word: str) -> None:
    session = f"yes-{word}-{assistant.services!s}"
    name = f"said-{abs(hash(session)) % 10**9}"
    asked = await assistant.ask(f"create a bucket called {name}", session)
    assert asked.status == "needs_approval"
    reply = await assistant.ask(word, session)
    assert (reply.status, made(reply)) == ("done", [("create_bucket", "ok")])


@pytest.mark.parametrize("word", ["no", "No, thanks", "cancel", "don't"])
async def test_a_clear_no_rejects(assistant: Assistant, word: str) -> None:
    session = f"no-{word}"
    await assistant.ask("create a bucket called never-bucket", session)
    reply = await assistant.ask(word, session)
    assert made(reply) == [("create_bucket", "rejected")]


@pytest.mark.parametrize("word", ["ok", "sure", "y", "go ahead", "do it", "yes but which?", "maybe", "yesterday", "no problem", "not yet"])
async def test_nothing_ambiguous_approves_or_rejects_what_removes(assistant: Assistant, word: str) -> None:
    session = f"ambiguous-{word}"
    asked = await assistant.ask("remove the object wine.csv from datasets", session)
    reply = await assistant.ask(word, session)
    assert (reply.status, reply.approval) == ("needs_approval", asked.approval)
    assert [a.id for a in await assistant.pending(session)] == [asked.approval.id if asked.approval else ""]


async def test_no_with_a_new_request_does_the_new_one(assistant: Assistant) -> None:
    await assistant.ask("create a bucket called wrong-bucket", "instead")
    reply = await assistant.ask("no, create a bucket called right-bucket", "instead")
    assert reply.approval is not None
    assert reply.approval.args["bucket"] == "right-bucket"
    assert await assistant.pending("instead") == [reply.approval]


async def test_a_question_beside_an_approval_is_answered_and_recorded(assistant: Assistant) -> None:
    asked = await assistant.ask("create a bucket called beside-bucket", "beside")
    aside = await assistant.ask("which buckets are there?", "beside")
    assert (made(aside), aside.approval) == ([("list_buckets", "ok")], asked.approval)
    forbidden = await assistant.ask("create a bucket called sneaky-bucket", "beside", approve="all")
    assert made(forbidden) == []
    assert "Nothing else is begun before your decision: `create_bucket`." in forbidden.answer
    done = await assistant.ask("yes", "beside")
    assert made(done) == [("create_bucket", "ok")]
    said = [message for message, _ in await assistant.turns("beside")]
    assert said == ["create a bucket called beside-bucket", "which buckets are there?", "create a bucket called sneaky-bucket"]
    buckets = await assistant.ask("which buckets are there?", "beside")
    assert "sneaky-bucket" not in buckets.answer


async def test_only_who_has_the_role_decides(assistant: Assistant) -> None:
    asked = await assistant.ask("remove the object wine.csv from datasets", "roles")
    for user in [*ROLES, "anna"]:
        await assistant.conversations.share("roles", user)
    for user in ROLES:
        with pytest.raises(ApprovalError, match=ROLES[user]):
            await assistant.decide("roles", "approve", user=user)
        assert ROLES[user] in (await assistant.ask("approve", "roles", user=user)).answer
    assert [a.id for a in await assistant.pending("roles")] == [asked.approval.id if asked.approval else ""]
    reply = await assistant.decide("roles", "reject", user="anna")
    assert made(reply) == [("delete_objects", "rejected")]


async def test_two_programs_that_decide_at_once_make_one_call(assistant: Assistant, home: Path, database_url: str | None) -> None:
    await assistant.ask("create a bucket called once-only", "once")
    given: dict[str, Any] = {"swarm": {"home": home, "roles": ROLES}, "database": {"url": database_url}}
    async with Assistant.open(Settings.model_validate(given)) as another:
        both = await asyncio.gather(assistant.decide("once", "approve"), another.decide("once", "approve"), return_exceptions=True)
    assert all(isinstance(r, Reply | ApprovalError) for r in both)
    codes = [s.code for r in both if isinstance(r, Reply) for s in r.steps]
    assert codes == [None], "one of the two makes the call, the other hears that nothing waits any more"
    with pytest.raises(ApprovalError, match="nothing waits"):
        await assistant.decide("once", "approve")


async def test_a_plan_is_shown_before_it_starts_and_ticked_off(home: Path) -> None:
    script = [
        Calls([("ask_minio", {"task": "List the buckets.", "then": ["list the pipelines"]})]),
        Calls([("list_buckets", {})]),
        Says("Three buckets."),
        Calls([("ask_kfp", task("List the pipelines."))]),
        Calls([("list_pipelines", {})]),
        Says("Five."),
        Says("Three buckets, five pipelines."),
    ]
    async with talking(home, script) as (assistant, _):
        events = [e async for e in assistant.stream("buckets, then pipelines", "plan")]
    plans = [[(s.text, s.state) for s in e.steps] for e in events if isinstance(e, PlanUpdated)]
    assert plans[0] == [("List the buckets.", "running"), ("list the pipelines", "pending")]
    assert plans[-1] == [("List the buckets.", "done"), ("List the pipelines.", "done")]
    first_step = next(i for i, e in enumerate(events) if e.type == "step_started")
    assert any(isinstance(e, PlanUpdated) for e in events[:first_step])


async def test_the_planner_shows_its_plan_too(assistant: Assistant) -> None:
    events = [e async for e in assistant.stream("list the buckets, then list the pipelines", "planner-plan")]
    plans = [[s.state for s in e.steps] for e in events if isinstance(e, PlanUpdated)]
    assert plans[0] == ["running", "pending"]
    assert plans[-1] == ["done", "done"]


async def test_an_approval_of_adding_does_not_cover_overwriting(home: Path) -> None:
    """An object comes to where the approved copy is to go: it stays, and overwriting it is another question."""
    here, target = home / "buckets" / "here" / "mine.csv", home / "buckets" / "there" / "mine.csv"
    for path in (here, target):
        path.parent.mkdir(parents=True)
    here.write_text("a,b\n1,2\n")
    given = {"bucket": "here", "key": "mine.csv", "to_bucket": "there"}
    script = [Calls([("ask_minio", task("Copy it."))]), Calls([("copy_object", given)]), Says("Something else lies there.")]
    async with talking(home, [*script, *script[:2], Says("Copied.")]) as (assistant, _):
        asked = await assistant.ask("copy it", "effect")
        assert asked.approval is not None
        assert asked.approval.effect == "write"
        target.write_text("of somebody else")
        reply = await assistant.decide("effect", "approve")
        assert [(s.tool, s.code) for s in reply.steps] == [("copy_object", ErrorCode.CONFLICT)]
        assert target.read_text() == "of somebody else"
        again = await assistant.ask("copy it", "effect")
        assert again.approval is not None
        assert again.approval.effect == "destroy"
        assert made(await assistant.decide("effect", "approve")) == [("copy_object", "ok")]
    assert target.read_text() == here.read_text()


async def test_an_approval_holds_for_what_its_card_showed_while_another_is_decided(home: Path) -> None:
    """Two wait side by side; before the second is decided, an object comes to where its copy is to go."""
    left, target = home / "buckets" / "left", home / "buckets" / "right" / "mine.csv"
    for folder in (left, target.parent):
        folder.mkdir(parents=True)
    (left / "mine.csv").write_text("a,b\n1,2\n")
    (left / "old.csv").write_text("old")
    calls = {
        "Copy it.": ("copy_object", {"bucket": "left", "key": "mine.csv", "to_bucket": "right"}),
        "Remove it.": ("delete_objects", {"bucket": "left", "keys": ["old.csv"]}),
    }

    def scripted(request: dict[str, Any]) -> Calls | Says:
        last = request["messages"][-1]
        if last["role"] == "tool":
            return Says("It is done.")
        wanted = next((call for words, call in calls.items() if words in str(last["content"])), None)
        return Calls([wanted]) if wanted else Calls([("ask_minio", task(words)) for words in calls])

    async with talking(home, iter(lambda: scripted, None)) as (assistant, _):
        await assistant.ask("both, please", "side")
        shown = {a.tool: a for a in await assistant.pending("side")}
        assert shown["copy_object"].effect == "write"
        target.write_text("of somebody else")
        await assistant.decide("side", "approve", approval_id=shown["delete_objects"].id)
        try:
            reply = await assistant.decide("side", "approve", approval_id=shown["copy_object"].id)
        except ApprovalError:
            pass
        else:
            assert [s.code for s in reply.steps if s.tool == "copy_object"] == [ErrorCode.CONFLICT]
        assert target.read_text() == "of somebody else"
