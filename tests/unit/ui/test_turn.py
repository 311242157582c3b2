from typing import Any

from swarm.reply import AnswerDelta, Approval, Finished, Reply, Step, StepFinished, StepProgress, StepStarted
from tools.result import Artifact, Source
from ui.turn import Call, Turn

APPROVAL = Approval(id="c2", agent="kfp", tool="run_pipeline", args={}, effect="write", preview="", expires_at="2999-01-01T00:00:00+00:00")


def step(call_id: str, status: Any = "ok") -> Step:
    return Step(id=call_id, agent="kfp", tool="get_run", args={"run": "a"}, effect="read", status=status, ms=120)


def card(run_id: str, state: str) -> Artifact:
    return Artifact(kind="run", title=run_id, data={"run_id": run_id, "state": state})


def reply(**given: Any) -> Reply:
    return Reply(**{"session": "s", "answer": "Done.", "status": "done", **given})


def calls(turn: Turn) -> list[Call]:
    return [part for part in turn.parts if isinstance(part, Call)]


def test_a_call_starts_tells_and_ends() -> None:
    turn = Turn("how is a?")
    turn.apply(StepStarted(id="c1", agent="kfp", tool="get_run", args={"run": "a"}))
    turn.apply(StepProgress(id="c1", text="looking"))
    assert (calls(turn)[0].note, calls(turn)[0].step) == ("looking", None)
    turn.apply(StepFinished(id="c1", step=step("c1"), artifacts=[card("a", "running")]))
    assert calls(turn)[0].step == step("c1")
    assert turn.artifacts == [card("a", "running")]


def test_a_call_that_was_refused_before_it_began_is_shown_too() -> None:
    turn = Turn("x")
    turn.apply(StepFinished(id="c1", step=step("c1", "error")))
    assert [c.id for c in calls(turn)] == ["c1"]


def test_the_reply_replaces_what_was_streamed() -> None:
    turn = Turn("x")
    turn.apply(AnswerDelta(text="Do"))
    turn.apply(AnswerDelta(text="ne"))
    assert turn.answer == "Done"
    source = Source(n=1, title="t", section="s", uri="u")
    turn.apply(Finished(reply=reply(answer="Done [1].", sources=[source])))
    assert (turn.answer, turn.sources, turn.running) == ("Done [1].", [source], False)


def test_of_several_cards_of_one_run_the_last_is_drawn() -> None:
    turn = Turn("x")
    turn.apply(Finished(reply=reply(artifacts=[card("a", "pending"), card("b", "failed"), card("a", "succeeded")])))
    assert turn.artifacts == [card("b", "failed"), card("a", "succeeded")]


def test_an_approval_waits_in_its_place_and_only_once() -> None:
    turn = Turn("run it")
    turn.apply(StepFinished(id="c1", step=step("c1")))
    for _ in range(2):
        turn.apply(Finished(reply=reply(status="needs_approval", answer="please decide", approval=APPROVAL)))
    assert len(turn.parts) == 2
    assert turn.waiting is not None and turn.waiting.approval == APPROVAL
    assert (turn.running, turn.answer) == (False, "")
    turn.waiting.verdict = "approve"
    assert turn.waiting is None


def test_a_turn_of_the_past_is_told_from_its_reply() -> None:
    turn = Turn.told("x", reply(steps=[step("c1")], artifacts=[card("a", "succeeded")]))
    assert (turn.running, turn.answer, [c.id for c in calls(turn)], turn.artifacts) == (False, "Done.", ["c1"], [card("a", "succeeded")])


def test_a_turn_without_a_reply_was_cut_short() -> None:
    turn = Turn.told("x", None)
    assert (turn.running, turn.answer) == (False, "")
    assert "cut short" in turn.notice
