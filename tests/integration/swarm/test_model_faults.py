"""What a model or its endpoint can do wrong, and the honest reply that comes of it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from swarm.reply import AnswerDelta
from tests.integration.swarm.talking import talking, task
from tests.scripted_model import Calls, Cut, Fails, Late, Raw, Reply, Says

BUCKETS = Calls([("ask_minio", task("List the buckets."))])
LIST = Calls([("list_buckets", {})])
ALONE = {"fallback_models": "none"}


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Fails(429), "429"),
        (Fails(500), "500"),
        (Fails(401), "OPENAI_API_KEY"),
        (Late(30, Says("too late")), "in time"),
        (Raw("data: {not json\n\n"), "INTERNAL"),
        (Raw("<html>proxy error</html>"), ""),
        (Cut(Says("one two three four five six seven eight")), ""),
    ],
)
async def test_what_was_done_before_the_endpoint_failed_is_told(home: Path, fault: Reply, word: str) -> None:
    script = [BUCKETS, LIST, *[fault] * 4]
    patience = 2 if isinstance(fault, Late) else 60  # a busy machine takes its time; only who is meant to be late may be taken for it
    async with talking(home, script, {"timeout": patience, "retries": 0}, **ALONE) as (assistant, _):
        reply = await assistant.ask("which buckets are there?", session=f"fault-{fault}")
    assert reply.status == "failed"
    assert word in reply.answer
    assert "`list_buckets`" in reply.answer
    assert [s.tool for s in reply.steps] == ["list_buckets"]


async def test_an_endpoint_that_says_wait_is_asked_again_after_that_time(home: Path) -> None:
    async with talking(home, [Fails(429, {"retry-after": "1"}), Says("Hello!")], **ALONE) as (assistant, model):
        begun = time.monotonic()
        reply = await assistant.ask("hi", session="retry-after")
        waited = time.monotonic() - begun
    assert (reply.answer, len(model.requests)) == ("Hello!", 2)
    assert waited >= 1


async def test_reading_ahead_asks_no_language_model(home: Path) -> None:
    async with talking(home, [Fails(401)], {"retries": 0}) as (assistant, model):
        await assistant.warm()
        asked = len(model.requests)
        reply = await assistant.ask("which buckets are there?", session="warm")
    assert (asked, reply.status) == (0, "done")
    assert [s.tool for s in reply.steps] == ["list_buckets"]


async def test_a_broken_answer_is_asked_for_once_more(home: Path) -> None:
    async with talking(home, [Cut(Says("a b c d e f")), Says("Hello!")], **ALONE) as (assistant, _):
        reply = await assistant.ask("hi", session="cut")
    assert (reply.status, reply.answer) == ("done", "Hello!")


async def test_the_next_model_answers_with_a_note(home: Path) -> None:
    def by_model(request: dict[str, Any]) -> Reply:
        return Fails(500) if request["model"] == "first" else Says("Hello from the second.")

    names = {"model": "openai:first", "fallback_models": "openai:second"}
    async with talking(home, [by_model] * 3, {"retries": 0}, **names) as (assistant, model):
        reply = await assistant.ask("hi", session="fallback")
        again = await assistant.ask("hi", session="fallback")
    assert reply.answer.startswith("Hello from the second.")
    assert "openai:second answered instead" in reply.answer.lower()
    assert again.status == "done"
    assert [r["model"] for r in model.requests] == ["first", "second", "second"], "a model that failed is passed over for a while"


async def test_the_built_in_planner_comes_last(home: Path) -> None:
    async with talking(home, [Fails(503)] * 9, {"retries": 0}) as (assistant, _):
        reply = await assistant.ask("which buckets are there?", session="planner-last")
    assert (reply.status, [s.tool for s in reply.steps]) == ("done", ["list_buckets"])
    assert "503" in reply.answer
    assert "built-in planner answered instead" in reply.answer


@pytest.mark.parametrize(
    ("bad", "hint"),
    [
        ('{"bucket": "datasets", "prefix": ', "no JSON object"),
        ("[1, 2]", "list_objects"),
        ("{}", "`bucket` is required"),
    ],
)
async def test_arguments_that_cannot_be_read_go_back_to_the_model(home: Path, bad: str, hint: str) -> None:
    script = [BUCKETS, Calls([("list_objects", bad)]), Says("I could not do that.")]
    async with talking(home, script, **ALONE) as (assistant, model):
        reply = await assistant.ask("what is in there?", session=f"unreadable-{bad}")
    assert "INVALID_ARGUMENT" in model.requests[2]["messages"][-1]["content"]
    assert hint in model.requests[2]["messages"][-1]["content"]
    assert reply.answer == "I could not do that."


async def test_a_thousand_calls_in_one_message(home: Path) -> None:
    many = Calls([("list_objects", {"bucket": f"bucket-{n}"}) for n in range(1000)])
    async with talking(home, [BUCKETS, many, Says("Enough.")], **ALONE) as (assistant, model):
        reply = await assistant.ask("what is in there?", session="thousand")
    assert reply.answer == "Enough."
    assert len(reply.steps) == 16
    assert "984 more calls were not made" in json.dumps(model.requests[2]["messages"])


async def test_an_answer_of_a_megabyte(home: Path) -> None:
    async with talking(home, [Says("blah " * 200_000, pieces=1_000)], {"timeout": 60}, **ALONE) as (assistant, _):
        events = [e async for e in assistant.stream("hi", session="megabyte")]
    reply = events[-1].reply
    assert len(reply.answer) < 21_000
    assert "longer than 20,000 characters" in reply.answer
    assert sum(len(e.text) for e in events if isinstance(e, AnswerDelta)) < 25_000


async def test_an_answer_that_reached_its_length_limit_says_so(home: Path) -> None:
    async with talking(home, [Says("The first half", finish="length")], **ALONE) as (assistant, _):
        reply = await assistant.ask("hi", session="length")
    assert reply.answer.startswith("The first half")
    assert "length limit" in reply.answer


async def test_a_model_that_calls_for_ever_is_stopped_with_what_came_of_it(home: Path) -> None:
    def forever(request: dict[str, Any]) -> Reply:
        return Calls([("list_objects", {"bucket": "datasets", "prefix": "x" * len(request["messages"])})])

    async with talking(home, [BUCKETS, *[forever] * 20], **ALONE) as (assistant, model):
        reply = await assistant.ask("what is in there?", session="forever")
    assert reply.status == "failed"
    assert "15 rounds" in reply.answer
    assert "`list_objects`" in reply.answer
    assert len(model.requests) == 16


async def test_the_same_call_is_not_made_for_ever(home: Path) -> None:
    async with talking(home, [BUCKETS, *[LIST] * 3, Says("Three buckets.")], **ALONE) as (assistant, model):
        reply = await assistant.ask("which buckets are there?", session="same")
    assert [s.code for s in reply.steps] == [None, None, "INVALID_ARGUMENT"]
    assert "answered 2 times already" in model.requests[4]["messages"][-1]["content"]


async def test_one_call_twice_in_one_message_is_made_once(home: Path) -> None:
    twice = Calls([("create_bucket", {"bucket": "twice-bucket"})] * 2)
    async with talking(home, [BUCKETS, twice, Says("Made.")], **ALONE) as (assistant, _):
        reply = await assistant.ask("make a bucket", session="beside", approve="all")
    assert sorted(str(s.code) for s in reply.steps) == ["INVALID_ARGUMENT", "None"]


@pytest.mark.parametrize(("limit", "word"), [({"turn_steps": 2}, "SWARM_TURN_STEPS"), ({"turn_tokens": 200}, "SWARM_TURN_TOKENS")])
async def test_a_turn_stops_at_its_limits(home: Path, limit: dict[str, Any], word: str) -> None:
    async with talking(home, [BUCKETS, *[LIST] * 5], **ALONE, **limit) as (assistant, model):
        reply = await assistant.ask("which buckets are there?", session=f"limit-{word}")
    assert (reply.status, len(model.requests)) == ("failed", 2)
    assert word in reply.answer
    assert "`list_buckets`" in reply.answer


async def test_a_turn_stops_when_its_time_is_up(home: Path) -> None:
    async with talking(home, [BUCKETS, LIST, Late(60, Says("late"))], {"timeout": 60}, **ALONE, turn_seconds=6) as (assistant, _):
        reply = await assistant.ask("which buckets are there?", session="time")
        assert reply.status == "failed"
        assert "SWARM_TURN_SECONDS" in reply.answer
        assert [s.tool for s in reply.steps] == ["list_buckets"]


async def test_a_model_of_an_unknown_provider_is_named_at_once(home: Path) -> None:
    from swarm import Assistant, Settings
    from swarm.errors import SettingsError

    for name, word in [("cohere:command", "langchain-cohere"), ("nowhere:x", "nowhere"), ("nonsense", "<provider>:<name>")]:
        with pytest.raises(SettingsError, match=word):
            async with Assistant.open(Settings.model_validate({"swarm": {"home": home, "model": name, "samples": False}})):
                pass
