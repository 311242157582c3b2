"""Calls of one message: what changes something is done in the order given, each with its own approval; what only reads, side by side."""

from pathlib import Path

import pytest

from swarm import Assistant, Reply
from swarm.mandate import ApproveMode
from tests.integration.swarm.talking import talking, task
from tests.scripted_model import Calls, Says

CREATE = ("create_bucket", {"bucket": "ordered"})
COPY = ("copy_object", {"bucket": "datasets", "key": "iris.csv", "to_bucket": "ordered"})
DELETE = ("delete_objects", {"bucket": "datasets", "keys": ["iris.csv"]})
DELEGATED = Calls([("ask_minio", task("Do it."))])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ordered")


@pytest.fixture(autouse=True)
def objects(home: Path) -> Path:
    """The buckets of every test: `datasets` with one object, and no `ordered`."""
    buckets = home / "buckets"
    (buckets / "datasets").mkdir(parents=True, exist_ok=True)
    (buckets / "datasets" / "iris.csv").write_text("a,b\n1,2\n")
    (buckets / "ordered" / "iris.csv").unlink(missing_ok=True)
    if (buckets / "ordered").is_dir():
        (buckets / "ordered").rmdir()
    return buckets


def made(reply: Reply) -> list[tuple[str, str]]:
    return [(step.tool, step.status) for step in reply.steps]


async def approved(assistant: Assistant, session: str) -> Reply:
    return await assistant.decide(session, "approve")


async def test_the_second_write_finds_what_the_first_did(home: Path, objects: Path) -> None:
    script = [DELEGATED, Calls([CREATE, COPY]), Says("Done.")]
    async with talking(home, script, samples=False) as (assistant, model):
        first = await assistant.ask("a bucket with iris.csv", "order")
        assert first.approval is not None
        assert first.approval.tool == "create_bucket"
        second = await approved(assistant, "order")
        assert second.approval is not None
        assert (second.approval.tool, second.approval.args["to_bucket"]) == ("copy_object", "ordered")
        assert not (objects / "ordered" / "iris.csv").exists()
        reply = await approved(assistant, "order")
    assert made(reply) == [("create_bucket", "ok"), ("copy_object", "ok")]
    assert reply.usage.model_calls == len(model.requests) == 3, "no model is asked between the two"
    assert (objects / "ordered" / "iris.csv").is_file()


async def test_an_order_survives_a_restart(home: Path, objects: Path) -> None:
    async with talking(home, [DELEGATED, Calls([CREATE, COPY])], samples=False) as (assistant, _):
        await assistant.ask("a bucket with iris.csv", "restart")
    async with talking(home, [], samples=False) as (assistant, _):
        second = await approved(assistant, "restart")
        assert second.approval is not None
        assert second.approval.tool == "copy_object"
    async with talking(home, [Says("Done.")], samples=False) as (assistant, _):
        assert made(await approved(assistant, "restart")) == [("create_bucket", "ok"), ("copy_object", "ok")]
    assert (objects / "ordered" / "iris.csv").is_file()


@pytest.mark.parametrize("approve", ["ask", "none"])
async def test_what_follows_a_rejected_write_is_not_made_and_the_model_is_told(home: Path, objects: Path, approve: ApproveMode) -> None:
    script = [DELEGATED, Calls([COPY, DELETE]), Says("Neither copied nor deleted.")]
    (objects / "ordered").mkdir()
    async with talking(home, script, samples=False) as (assistant, model):
        reply = await assistant.ask("move iris.csv", f"rejected-{approve}", approve=approve)
        if approve == "ask":
            reply = await assistant.decide(f"rejected-{approve}", "reject")
    assert made(reply) == [("copy_object", "rejected"), ("delete_objects", "error")]
    assert (objects / "datasets" / "iris.csv").is_file()
    told = str(model.requests[-1]["messages"][-1]["content"])
    assert "CANCELED" in told
    assert "not made, because `copy_object` before it" in told


async def test_what_does_not_depend_on_a_failed_write_can_be_called_again(home: Path, objects: Path) -> None:
    script = [DELEGATED, Calls([COPY, DELETE]), Calls([DELETE]), Says("Deleted.")]
    async with talking(home, script, samples=False) as (assistant, model):
        reply = await assistant.ask("move iris.csv", "again", approve="all")
    assert made(reply) == [("copy_object", "error"), ("delete_objects", "error"), ("delete_objects", "ok")]
    assert "NOT_FOUND" in str(model.requests[2]["messages"][-1]["content"])
    assert not (objects / "datasets" / "iris.csv").exists()


async def test_reads_see_the_writes_before_them(home: Path) -> None:
    lists = ("list_objects", {"bucket": "ordered"})
    script = [DELEGATED, Calls([("list_buckets", {}), CREATE, COPY, lists, ("get_bucket", {"bucket": "ordered"}), CREATE]), Says("There.")]
    async with talking(home, script, samples=False) as (assistant, model):
        reply = await assistant.ask("a bucket with iris.csv", "reads", approve="all")
    assert sorted(made(reply)) == sorted(
        [("list_buckets", "ok"), ("create_bucket", "ok"), ("create_bucket", "error"), ("copy_object", "ok"), ("list_objects", "ok"),
         ("get_bucket", "ok")]
    )  # fmt: skip
    answers = {m["tool_call_id"]: str(m["content"]) for m in model.requests[-1]["messages"] if m["role"] == "tool"}
    assert "iris.csv" in answers["call_2_3"]
    assert "twice in one message" in answers["call_2_5"]
