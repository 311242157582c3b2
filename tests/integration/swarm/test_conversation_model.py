"""The conversation with a language model behind an OpenAI-compatible endpoint, scripted, over real HTTP."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.registry import find_agents
from swarm import Assistant, Reply, Settings
from swarm.reply import AnswerDelta
from tests.integration.swarm.talking import talking, task
from tests.scripted_model import Calls, Fails, Says


def made(reply: Reply) -> list[tuple[str, str]]:
    return [(step.tool, step.status) for step in reply.steps]


async def test_one_tool_costs_three_calls_and_streams_the_answer(home: Path) -> None:
    script = [Calls([("ask_kfp", task("List the pipelines."))]), Calls([("list_pipelines", {})]), Says("There are five pipelines.")]
    async with talking(home, script) as (assistant, model):
        events = [e async for e in assistant.stream("which pipelines are there?", session="m1")]
    reply = events[-1].reply
    assert (reply.answer, reply.status) == ("There are five pipelines.", "done")
    assert reply.usage.model_dump() == {"model_calls": 3, "prompt_tokens": 300, "completion_tokens": 30}
    assert "".join(e.text for e in events if isinstance(e, AnswerDelta)) == "There are five pipelines."
    assert set(model.tools(0)) == {f"ask_{name}" for name in find_agents()} | {"ask_user"}
    assert "list_pipelines" in model.tools(1)
    assert "list_buckets" not in model.tools(1)
    assert all(r["messages"][0]["role"] == "system" for r in model.requests)


@pytest.mark.parametrize("pieces", [1, 7, 0])
async def test_a_streamed_answer_shows_no_part_of_a_secret(home: Path, pieces: int) -> None:
    key, password = "ghp_" + "a1B2c3" * 6, "tr0ub4dor&3"
    script = [Says(f"The token is {key}, the password: {password} and that is all there is to say about it.", pieces=pieces)]
    async with talking(home, script) as (assistant, _):
        events = [e async for e in assistant.stream("what do you know?", session=f"veil-{pieces}")]
    streamed = "".join(e.text for e in events if isinstance(e, AnswerDelta))
    assert (
        streamed
        == events[-1].reply.answer
        == ("The token is <secret:1>, the password: <secret:2> and that is all there is to say about it.")
    )


async def test_the_demo_conversation_through_a_model(home: Path) -> None:
    """The same conversation as `swarm demo`: run, wait, metrics, buckets, rows, documents, delete."""

    def latest(request: dict[str, Any]) -> Calls:
        assert "model-run" in request["messages"][-1]["content"]
        return Calls([("get_run_metrics", {"run": "model-run"})])

    run = {"pipeline": "Breast Cancer SVM", "arguments": {"C": "10"}, "run_name": "model-run"}
    script = [
        Calls([("ask_kfp", task("Run breast-cancer-svm with C=10 and wait for it."))]),
        Calls([("run_pipeline", run)]),
        Calls([("wait_for_run", {"run": "model-run"})]),
        Says("It succeeded."),
        Calls([("ask_kfp", task("Show the metrics of model-run."))]),
        latest,
        Says("Accuracy 0.97."),
        Calls([("ask_minio", task("List the buckets, and show 2 rows of iris.csv in datasets."))]),
        Calls([("list_buckets", {}), ("preview_object", {"bucket": "datasets", "key": "iris.csv", "rows": 2})]),
        Says("Here they are."),
        Calls([("ask_rag", task("How is caching turned off for one step?"))]),
        Calls([("search_docs", {"query": "turn off caching for one step"})]),
        Says("Call set_caching_options(False) on the task [1], never [99]."),
        Calls([("ask_minio", task("Delete diabetes.csv from datasets."))]),
        Calls([("delete_objects", {"bucket": "datasets", "keys": ["diabetes.csv"]})]),
        Says("Deleted."),
    ]
    async with talking(home, script, approval="destroy") as (assistant, _):
        ran = await assistant.ask("run breast-cancer-svm with C=10 and wait for it", session="m2")
        assert [(s.tool, s.status) for s in ran.steps] == [("run_pipeline", "ok"), ("wait_for_run", "ok")]
        assert ran.steps[0].args["arguments"] == {"C": 10}
        measured = await assistant.ask("show its metrics", session="m2")
        accuracy = dict(next(a for a in measured.artifacts if a.kind == "table").data["rows"])["accuracy"]
        assert 0.9 < accuracy <= 1
        looked = await assistant.ask("buckets, and two rows of iris.csv", session="m2")
        assert [s.tool for s in looked.steps] == ["list_buckets", "preview_object"]
        told = await assistant.ask("how do I turn off caching?", session="m2")
        assert told.answer == "Call set_caching_options(False) on the task [1], never ."
        assert [s.n for s in told.sources] == [1]
        asked = await assistant.ask("delete diabetes.csv from datasets", session="m2")
        assert asked.status == "needs_approval"
        done = await assistant.decide("m2", "approve")
        assert (done.answer, [s.tool for s in done.steps]) == ("Deleted.", ["delete_objects"])


async def test_parallel_delegations_are_combined(home: Path) -> None:
    def specialist(request: dict[str, Any]) -> Calls | Says:
        if request["messages"][-1]["role"] == "tool":
            return Says("part done")
        tools = [t["function"]["name"] for t in request["tools"]]
        return Calls([("list_pipelines" if "list_pipelines" in tools else "list_buckets", {})])

    both = Calls([("ask_kfp", task("List the pipelines.")), ("ask_minio", task("List the buckets."))])
    async with talking(home, [both, *[specialist] * 4, Says("Five pipelines and three buckets.")]) as (assistant, model):
        reply = await assistant.ask("pipelines and buckets?", session="m3")
    assert reply.answer == "Five pipelines and three buckets."
    assert sorted(s.tool for s in reply.steps) == ["list_buckets", "list_pipelines"]
    assert len(model.requests) == 6


async def test_one_after_another_when_more_is_to_do(home: Path) -> None:
    first = Calls([("ask_minio", {"task": "List the buckets.", "then": ["List the pipelines."]})])
    script = [first, Calls([("list_buckets", {})]), Says("datasets"), Calls([("ask_kfp", task("List the pipelines."))])]
    script += [
        Calls([("list_pipelines", {})]),
        Says("five"),
        Says("Three buckets, five pipelines."),
    ]
    async with talking(home, script) as (assistant, model):
        reply = await assistant.ask("look at the buckets, then at the pipelines", session="m4")
    assert [s.tool for s in reply.steps] == ["list_buckets", "list_pipelines"]
    assert reply.answer == "Three buckets, five pipelines."
    assert "datasets" in model.requests[3]["messages"][-1]["content"]


async def test_two_approvals_wait_side_by_side(home: Path) -> None:
    def specialist(request: dict[str, Any]) -> Calls | Says:
        if request["messages"][-1]["role"] == "tool":
            return Says(request["messages"][-1]["content"])
        tools = [t["function"]["name"] for t in request["tools"]]
        if "run_pipeline" in tools:
            return Calls([("run_pipeline", {"pipeline": "iris-classification", "run_name": "side-run"})])
        return Calls([("create_bucket", {"bucket": "side-bucket"})])

    both = Calls([("ask_kfp", task("Run iris.")), ("ask_minio", task("Create side-bucket."))])
    async with talking(home, [both, *[specialist] * 4, Says("One done, one refused.")]) as (assistant, _):
        first = await assistant.ask("run iris and make a bucket side-bucket", session="m5")
        pending = {a.tool: a for a in await assistant.pending("m5")}
        assert set(pending) == {"run_pipeline", "create_bucket"}
        second = await assistant.decide("m5", "reject", approval_id=pending["run_pipeline"].id)
        assert (first.status, second.status) == ("needs_approval", "needs_approval")
        third = await assistant.decide("m5", "approve", approval_id=pending["create_bucket"].id)
        runs = await assistant.ask("hi", session="m5") if third.status == "needs_approval" else third
    assert runs.answer == "One done, one refused."
    assert {s.tool: s.status for s in runs.steps} == {"run_pipeline": "rejected", "create_bucket": "ok"}


@pytest.mark.parametrize(
    ("call", "code", "hint"),
    [
        (("run_pipeline", {"pipeline": "iris-classification", "arguments": {"max_depth": "abc"}}), "INVALID_ARGUMENT", "whole number"),
        (("run_pipeline", {}), "INVALID_ARGUMENT", "`pipeline` is required"),
        (("list_runs", {"state": "exploded"}), "INVALID_ARGUMENT", "exploded"),
        (("list_runs", {"confirmed": True}), "INVALID_ARGUMENT", "confirmed"),
        (("delete_everything", {}), "INVALID_ARGUMENT", "no tool `delete_everything`"),
        (("get_run", {"run": "nope"}), "NOT_FOUND", "nope"),
    ],
)
async def test_a_model_is_told_what_was_wrong_with_its_call(home: Path, call: tuple[str, dict[str, Any]], code: str, hint: str) -> None:
    script = [Calls([("ask_kfp", task("Do it."))]), Calls([call]), Says("That did not work.")]
    async with talking(home, script) as (assistant, model):
        reply = await assistant.ask("do it", session=f"m6-{call[0]}-{hint}", approve="all")
    assert [s.code for s in reply.steps] == [code]
    assert hint in model.requests[2]["messages"][-1]["content"]
    assert reply.status == "done"


async def test_a_call_that_failed_is_made_again_once_its_cause_is_removed(home: Path) -> None:
    copy = ("copy_object", {"bucket": "datasets", "key": "iris.csv", "to_bucket": "mended"})
    script = [
        Calls([("ask_minio", task("Copy iris.csv into the bucket mended, which is to be made if it is missing."))]),
        Calls([copy]),
        Calls([("create_bucket", {"bucket": "mended"})]),
        Calls([copy]),
        Says("Copied."),
    ]
    async with talking(home, script) as (assistant, _):
        reply = await assistant.ask("iris.csv into mended", session="mended", approve="all")
    assert made(reply) == [("copy_object", "error"), ("create_bucket", "ok"), ("copy_object", "ok")]
    assert (home / "buckets" / "mended" / "iris.csv").is_file()


async def test_a_table_read_before_a_change_is_not_shown_as_if_it_were_now(home: Path) -> None:
    folder = home / "buckets" / "changing"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("old.csv", "new.csv"):
        (folder / name).write_text("a,b\n1,2\n")
    listing, delete = ("list_objects", {"bucket": "changing"}), ("delete_objects", {"bucket": "changing", "keys": ["old.csv"]})
    looked, again = [Calls([listing]), Calls([delete])], [Calls([listing]), Says("There is one left.")]
    delegated = Calls([("ask_minio", task("Delete the old one."))])
    script = [delegated, *looked, Says("Deleted."), delegated, Calls([listing]), Calls([("create_bucket", {"bucket": "newer"})]), *again]
    async with talking(home, script) as (assistant, _):
        once = await assistant.ask("delete the old one", session="stale", approve="all")
        twice = await assistant.ask("and again", session="stale", approve="all")
    (table,) = [a for a in once.artifacts if a.kind == "table"]
    assert len(table.data["rows"]) == 2
    assert table.title.endswith("(before delete_objects)")
    (table,) = [a for a in twice.artifacts if a.kind == "table"]
    assert len(table.data["rows"]) == 1
    assert "before" not in table.title


async def test_a_call_that_failed_is_not_made_again_as_it_was(home: Path) -> None:
    copy = ("copy_object", {"bucket": "datasets", "key": "iris.csv", "to_bucket": "nowhere"})
    script = [Calls([("ask_minio", task("Copy iris.csv to nowhere."))]), Calls([copy]), Calls([copy]), Says("There is no bucket nowhere.")]
    async with talking(home, script) as (assistant, model):
        await assistant.ask("copy iris.csv to nowhere", session="as-it-was", approve="all")
    assert "this very call was answered before: NOT_FOUND" in model.requests[-1]["messages"][-1]["content"]


async def test_a_model_asks_back(home: Path) -> None:
    script = [Calls([("ask_kfp", task("Run the pipeline."))]), Calls([("ask_user", {"question": "Which pipeline?"})])]
    async with talking(home, script) as (assistant, _):
        reply = await assistant.ask("run the pipeline", session="m7")
    assert (reply.status, reply.answer, reply.usage.model_calls) == ("needs_input", "Which pipeline?", 2)


async def test_small_talk_is_one_call(home: Path) -> None:
    async with talking(home, [Says("Hello!")]) as (assistant, _):
        reply = await assistant.ask("hi", session="m8")
    assert (reply.answer, reply.usage.model_calls, reply.steps) == ("Hello!", 1, [])


@pytest.mark.parametrize(("status", "word"), [(401, "OPENAI_API_KEY"), (404, "SWARM_MODEL"), (500, "500")])
async def test_an_endpoint_that_fails_is_named_with_what_to_do(home: Path, status: int, word: str) -> None:
    async with talking(home, [Fails(status)] * 3, fallback_models="none") as (assistant, model):
        reply = await assistant.ask("hi", session=f"m9-{status}")
    assert reply.status == "failed"
    assert word in reply.answer
    assert model.url in reply.answer or str(status) in reply.answer
    assert "SWARM_MODEL=builtin" in reply.answer


async def test_an_endpoint_that_is_not_there(home: Path) -> None:
    given = {"swarm": {"home": home, "fallback_models": "none"}, "openai": {"base_url": "http://127.0.0.1:9/v1", "api_key": "sk-test"}}
    async with Assistant.open(Settings.model_validate(given)) as assistant:
        reply = await assistant.ask("hi", session="m10")
    assert reply.status == "failed"
    assert "http://127.0.0.1:9/v1" in reply.answer
    assert "OPENAI_BASE_URL" in reply.answer


async def test_a_model_that_says_nothing_ends_honestly(home: Path) -> None:
    script = [Calls([("ask_minio", task("List the buckets."))]), Calls([("list_buckets", {})]), Says("")]
    async with talking(home, script) as (assistant, _):
        reply = await assistant.ask("buckets?", session="m11")
    assert reply.status == "failed"
    assert "list_buckets" in reply.answer


async def test_an_empty_answer_is_not_shown_to_the_model_again(home: Path) -> None:
    async with talking(home, [Says(""), Says("Good morning.")]) as (assistant, model):
        nothing = await assistant.ask("good morning", session="empty")
        again = await assistant.ask("good morning", session="empty")
    assert (nothing.status, again.answer) == ("failed", "Good morning.")
    said = [m for m in model.requests[-1]["messages"] if m["role"] == "assistant"]
    assert [m["content"] for m in said] == [nothing.answer]


async def test_what_was_said_in_the_second_turn_is_known_in_the_sixtieth(home: Path) -> None:
    def answers(request: dict[str, Any]) -> Calls | Says:
        last, names = request["messages"][-1], {t["function"]["name"] for t in request["tools"]}
        if last["role"] == "tool" or "thanks" in str(last["content"]):
            return Says("Here it is.")
        return Calls([("ask_minio", task("Show the buckets."))]) if "ask_minio" in names else Calls([("list_buckets", {})])

    async with talking(home, iter(lambda: answers, None)) as (assistant, model):
        for said in ["hello, thanks", "our hold-out data is called quokka-holdout, thanks", *["thanks"] * 8, *["buckets?"] * 12]:
            await assistant.ask(said, session="long")
        early = len(str(model.requests[-3]["messages"]))
        for number in range(22, 60):
            await assistant.ask(f"thanks for number {number}", session="long")
        sent = model.requests[-1]["messages"]
    assert "quokka-holdout" in sent[0]["content"]
    assert "list_buckets(): ok" in sent[0]["content"]
    assert sent[1]["role"] == "user"
    assert [m["content"] for m in sent[1:] if m["role"] == "user"][-1] == "thanks for number 59"
    assert len(sent) <= 31
    assert len(str(sent)) < 2 * early


async def test_a_secret_in_arguments_that_do_not_fit_is_kept_nowhere(home: Path) -> None:
    given = {"bucket": "nowhere", "key": "password=Made-Up-99x"}
    script = [Calls([("ask_minio", task("Look."))]), Calls([("get_object_info", given)]), Says("It is not there.")]
    async with talking(home, script) as (assistant, _):
        reply = await assistant.ask("look", "misfit")
        written = await asyncio.to_thread(assistant.audit.entries, session="misfit")
    assert [(s.tool, s.status) for s in reply.steps] == [("get_object_info", "error")]
    assert "Made-Up-99x" not in reply.model_dump_json()
    assert [e.tool for e in written] == ["get_object_info"]
    assert "Made-Up-99x" not in str(written)
