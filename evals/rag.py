"""How well questions find their passages: recall, rank, answer terms, abstention and speed on a folder of documents."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import BaseModel, Field

from evals.result import Evaluation, Failure, by_kind
from knowledge.chunk import Passage
from knowledge.fusion import Fusion, by_rank, by_score, vectors_alone, words_alone
from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings
from swarm.errors import MessageError


class Question(BaseModel):
    """One line of a question file: what is asked, the pages that answer it and the terms that an answering passage holds."""

    id: str
    question: str
    page: str = ""
    also_ok: list[str] = Field(default_factory=list)
    answer_terms: list[str] = Field(default_factory=list)
    style: str = "question"
    unanswerable: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one question found: rank of the first passage on an accepted page (0: none in ten), pass, confidence, time."""

    question: Question
    rank: int
    passed: bool
    confidence: float
    milliseconds: float
    sources: list[str]


WAYS: dict[str, Fusion] = {
    "as used": by_score,
    "BM25 alone": words_alone,
    "vectors alone": vectors_alone,
    "rank fusion": by_rank,
}
"""Ways to search that are measured on the same index, the product's own first."""


def asked_in(questions: Path) -> list[Question]:
    """The questions of a JSON Lines file."""
    return [Question.model_validate_json(line) for line in questions.read_text("utf-8").splitlines() if line.strip()]


def evaluate(corpus: Path, questions: Path, settings: KnowledgeSettings | None = None) -> Evaluation:
    """How the product's own way of searching does; see `compare`."""
    return compare(corpus, questions, settings, ["as used"])[0]


def compare(
    corpus: Path, questions: Path, settings: KnowledgeSettings | None = None, ways: Sequence[str] = tuple(WAYS)
) -> tuple[Evaluation, dict[str, dict[str, float]]]:
    """Index `corpus` and ask every question of the JSON Lines file `questions`, whose pages are paths below `corpus`, in several ways.

    `settings` choose the embedding; the index is made in a temporary home.
    Returned are the evaluation of the first of the `ways` and the metrics of each. Metrics: `recall_at_1`, `recall_at_5` (a first passage
    is on an accepted page), `mrr_at_10` (its reciprocal rank), `pass_at_5` (one of five passages is on an accepted page and holds all
    terms), `query_p50_ms`, `query_p95_ms`, and, where there are unanswerable questions, `abstention_auc`: how often an answerable question
    has a higher confidence than one of those.
    """
    started = time.perf_counter()
    asked = asked_in(questions)
    with TemporaryDirectory(prefix="rag-eval-") as folder:
        chosen = (settings or KnowledgeSettings()).model_copy(update={"home": Path(folder)})
        outcomes = _outcomes(chosen, corpus.resolve(), asked, ways)
    own = outcomes[ways[0]]
    answerable = _answerable(own)
    passed = sum(outcome.passed for outcome in answerable)
    evaluation = Evaluation(
        suite="rag",
        model=chosen.embeddings,
        cases=len(answerable),
        passed=passed,
        pass_rate=passed / len(answerable) if answerable else 0.0,
        by_kind=by_kind((outcome.question.style, outcome.passed) for outcome in answerable),
        metrics=_metrics(own),
        failures=[_failure(outcome) for outcome in answerable if not outcome.passed],
        usage={"model_calls": 0, "prompt_tokens": 0, "completion_tokens": 0},
        seconds=round(time.perf_counter() - started, 2),
    )
    return evaluation, {way: _metrics(found) for way, found in outcomes.items()}


def table(metrics: dict[str, dict[str, float]]) -> str:
    """The ways side by side."""
    names = list(next(iter(metrics.values())))
    rows = [f"{'':<14} " + " ".join(f"{name:>14}" for name in names)]
    rows += [f"{way:<14} " + " ".join(f"{values[name]:>14.3f}" for name in names) for way, values in metrics.items()]
    return "\n".join(rows)


def _outcomes(settings: KnowledgeSettings, corpus: Path, asked: list[Question], ways: Sequence[str]) -> dict[str, list[Outcome]]:
    knowledge = Knowledge(settings)
    try:
        report = knowledge.add(str(corpus))
        if not knowledge.documents():
            raise MessageError(f"nothing could be indexed: {report.failed[0][1] if report.failed else corpus}")
        if report.later:
            raise MessageError(f"the vectors cannot be made. {report.later}")
        for way in ways:
            knowledge.search("warm up", fusion=WAYS[way])
        return {way: [_ask(knowledge, question, corpus.name, WAYS[way]) for question in asked] for way in ways}
    finally:
        knowledge.close()


def _answerable(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.question.unanswerable]


def _ask(knowledge: Knowledge, question: Question, corpus: str, fusion: Fusion) -> Outcome:
    accepted = {f"{corpus}/{page}" for page in (question.page, *question.also_ok) if page}
    before = time.perf_counter()
    found = knowledge.search(question.question, fusion=fusion)
    milliseconds = (time.perf_counter() - before) * 1000
    first_ten = knowledge.search(question.question, limit=10, fusion=fusion).passages
    rank = next((n for n, passage in enumerate(first_ten, 1) if passage.source in accepted), 0)
    passed = any(passage.source in accepted and _holds(passage, question.answer_terms) for passage in found.passages)
    return Outcome(question, rank, passed, found.confidence, milliseconds, [passage.source for passage in found.passages])


def _holds(passage: Passage, terms: Sequence[str]) -> bool:
    """Whether every term stands in the passage; case, line breaks and emphasis do not matter."""
    text = _plain(f"{passage.title} {passage.section} {passage.text}")
    return all(_plain(term) in text for term in terms)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("*", "").replace("`", "").split())


def _metrics(outcomes: list[Outcome]) -> dict[str, float]:
    answerable = _answerable(outcomes)
    ranks = np.array([outcome.rank for outcome in answerable], dtype=float)
    times = [outcome.milliseconds for outcome in outcomes]
    unanswerable = [outcome.confidence for outcome in outcomes if outcome.question.unanswerable]
    values = {
        "recall_at_1": (ranks == 1).mean(),
        "recall_at_5": ((ranks > 0) & (ranks <= 5)).mean(),
        "mrr_at_10": np.divide(1, ranks, out=np.zeros_like(ranks), where=ranks > 0).mean(),
        "pass_at_5": np.mean([outcome.passed for outcome in answerable]),
        "query_p50_ms": np.percentile(times, 50),
        "query_p95_ms": np.percentile(times, 95),
    }
    if answerable and unanswerable:
        values["abstention_auc"] = _auc([outcome.confidence for outcome in answerable], unanswerable)
    return {name: round(float(value), 4) for name, value in values.items()}


def _auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Area under the ROC curve: the chance that a positive is above a negative, ties counted half."""
    difference = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def _failure(outcome: Outcome) -> Failure:
    on_page = 0 < outcome.rank <= 5
    why = "an accepted page was found, but no passage holds all terms" if on_page else "no accepted page among the first five passages"
    return Failure(id=outcome.question.id, why=why, turns=[outcome.question.question], steps=outcome.sources, answer="")
