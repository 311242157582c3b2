"""Long conversations in short: bounded whatever was said, the first and the last of it still known."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from swarm import digest
from swarm.conversation import Outcome
from swarm.records import Record
from swarm.reply import Step
from tools.result import Subject


def spoken(said: str, answer: str = "Done.", **args: Any) -> list[AnyMessage]:
    """A turn, with a call of `list_objects` when arguments are given."""
    if not args:
        return [HumanMessage(said), AIMessage(answer)]
    step = Step(id="1", agent="minio", tool="list_objects", args=args, effect="read", status="ok", ms=1)
    about = [Subject(kind="bucket", name=str(value)) for value in args.values()]
    outcome = Outcome(answer=answer, records=[Record(step=step, subjects=about, given=list(args))])
    call = {"name": "ask_minio", "args": {"task": said}, "id": "c", "type": "tool_call"}
    result = ToolMessage(answer, name="ask_minio", tool_call_id="c", artifact=outcome.model_dump(mode="json"))
    return [HumanMessage(said), AIMessage("", tool_calls=[call]), result, AIMessage(answer)]


turns = st.lists(
    st.builds(spoken, st.text(max_size=3000), st.text(max_size=3000), bucket=st.text(min_size=1, max_size=80))
    | st.builds(spoken, st.text(max_size=3000), st.text(max_size=3000)),
    max_size=40,
)


@given(turns)
def test_whatever_was_said_is_bounded_and_nothing_is_told_twice(said: list[list[AnyMessage]]) -> None:
    messages = [m for turn in said for m in turn]
    earlier, recent = digest.parted(messages)
    assert [*(m for turn in earlier for m in turn), *recent] == messages
    assert len(digest.told(earlier)) <= digest.DIGEST
    assert not recent or isinstance(recent[0], HumanMessage)
    assert len(recent) <= max(digest.RECENT, len(said[-1]) if said else 0)


def test_what_was_said_first_is_known_after_hundreds_of_turns() -> None:
    first = f"hello, {'please note well, ' * 6} our data lies in quokka-holdout and the target is 0.93"
    said = [spoken("hi"), spoken(first), *(spoken(f"and what is in bucket-{n}? " * 4, bucket=f"bucket-{n}") for n in range(400))]
    told = digest.told(said)
    assert "quokka-holdout" in told
    assert "0.93" in told
    assert "bucket bucket-399" in told
    assert len(told) <= digest.DIGEST


def test_names_asked_about_are_told_apart_from_long_lists() -> None:
    turn = spoken("look into wombat-raw", bucket="wombat-raw")
    record = turn[2].artifact["records"][0]  # type: ignore[union-attr]
    record["subjects"] += [{"kind": "object", "name": f"part-{n}.csv", "bucket": "wombat-raw"} for n in range(200)]
    told = digest.told([turn])
    assert "bucket wombat-raw" in told
    assert "part-7.csv" not in told
    assert "list_objects(bucket=wombat-raw): ok" in told


def test_a_short_conversation_has_no_digest() -> None:
    assert digest.parted([*spoken("hi"), HumanMessage("and?")])[0] == []
    assert digest.told([]) == ""
