"""The retrieval evaluation, and with it the quality of search on the bundled handbook."""

from pathlib import Path

import pytest

from evals.rag import Question, evaluate
from knowledge.knowledge import HANDBOOK, Knowledge
from knowledge.settings import KnowledgeSettings

QUESTIONS = Path(__file__).with_name("handbook_questions.jsonl")


def test_questions_find_their_handbook_pages(tmp_path: Path) -> None:
    result = evaluate(HANDBOOK, QUESTIONS)
    metrics = result["metrics"]
    assert (result["suite"], result["cases"]) == ("rag", 87)
    assert metrics["recall_at_5"] >= 0.97
    assert metrics["pass_at_5"] >= 0.9
    assert metrics["mrr_at_10"] >= 0.8
    assert metrics["abstention_auc"] >= 0.85
    assert result["passed"] + len(result["failures"]) == result["cases"]
    assert sum(kind["cases"] for kind in result["by_kind"].values()) == result["cases"]


def test_every_metric_counts_what_it_says(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in {"a.md": "apple apple pie", "b.md": "an apple tree in the garden", "c.md": "a bridge of steel"}.items():
        (corpus / name).write_text(f"# {name}\n\n{text}.")
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": "1", "question": "apple pie", "page": "a.md", "answer_terms": ["Apple  Pie"], "style": "x"}\n'
        '{"id": "2", "question": "apple pie", "page": "b.md", "answer_terms": ["garden"], "style": "x"}\n'
        '{"id": "3", "question": "steel bridge", "page": "a.md", "also_ok": ["c.md"], "answer_terms": ["concrete"], "style": "y"}\n'
        '{"id": "4", "question": "volcano", "unanswerable": true}\n'
    )
    result = evaluate(corpus, questions)
    metrics = result["metrics"]
    assert metrics["recall_at_1"] == pytest.approx(2 / 3, abs=1e-3)
    assert metrics["recall_at_5"] == 1
    assert metrics["mrr_at_10"] == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-3)
    assert metrics["pass_at_5"] == pytest.approx(2 / 3, abs=1e-3)
    assert metrics["abstention_auc"] == 1
    assert [failure["id"] for failure in result["failures"]] == ["3"]
    assert result["by_kind"] == {"x": {"cases": 2, "passed": 2}, "y": {"cases": 1, "passed": 0}}


def test_without_unanswerable_questions_there_is_no_figure_for_abstention(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "1", "question": "what is data drift", "page": "drift-and-monitoring.md"}\n')
    assert "abstention_auc" not in evaluate(HANDBOOK, questions)["metrics"]


def test_what_the_handbook_does_not_tell_is_doubted_and_what_it_tells_is_not(tmp_path: Path) -> None:
    knowledge = Knowledge(KnowledgeSettings(home=tmp_path))
    knowledge.ensure_handbook()
    asked = [Question.model_validate_json(line) for line in QUESTIONS.read_text().splitlines()]
    doubted = {question.id: knowledge.search(question.question).doubtful for question in asked}
    unanswerable = [doubted[question.id] for question in asked if question.unanswerable]
    answerable = [doubted[question.id] for question in asked if not question.unanswerable]
    assert sum(unanswerable) >= len(unanswerable) / 2
    assert sum(answerable) <= len(answerable) / 10
    knowledge.close()
