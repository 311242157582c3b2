"""`python -m evals.planner.fit`: fit the ranking weights of the built-in planner and write them beside its code.

The data: every example of every tool, each looked at as if it were not among the examples. The model: a softmax over the tools, linear in
the features of `swarm.planner.ranking`, with a little weight decay. Prints the accuracy with five folds.
"""

import importlib.resources
import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

import swarm.planner
from agents.registry import find_agents
from evals.planner.data import tools_of
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.ranking import FEATURES, Ranker
from swarm.planner.shape import shape

Array = NDArray[np.float64]
FOLDS = 5
DECAY = 0.002
STEPS = 400
RATE = 0.1
WEIGHTS = Path(str(importlib.resources.files(swarm.planner))) / "weights.json"


def main() -> int:
    """Fit, print, write."""
    tools = tools_of(find_agents())
    ranker = Ranker(tools, WordLlamaEmbedding())
    features, labels = _table(ranker)
    order = np.random.default_rng(0).permutation(len(labels))
    hits = 0
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        rest = np.setdiff1d(order, held)
        weights = fitted(features[rest], labels[rest])
        hits += int(((features[held] @ weights).argmax(1) == labels[held]).sum())
    weights = fitted(features, labels)
    whole = float(((features @ weights).argmax(1) == labels).mean())
    console = Console()
    console.print(
        f"{len(labels)} examples, {len(tools)} tools: {hits / len(labels):.1%} right with {FOLDS} folds, {whole:.1%} fitted on all"
    )
    stored = {"weights": {name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)}}
    WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    for name, weight in stored["weights"].items():
        console.print(f"  {name:16} {weight:7.2f}")
    return 0


def _table(ranker: Ranker) -> tuple[Array, NDArray[np.int64]]:
    """Features of shape (phrases, tools, features) and which tool is right."""
    rows: list[Array] = []
    labels: list[int] = []
    examples = [shape(example) for tool in ranker.tools for example in tool.examples]
    for number, one in enumerate(examples):
        rows.append(ranker.features(one, ranker.examples.without(number)))
        labels.append(int(ranker.examples.owner[number]))
    return np.stack(rows), np.array(labels)


def fitted(features: Array, labels: NDArray[np.int64]) -> Array:
    """Weights by Adam on the softmax's log-likelihood."""
    weights, first, second = (np.zeros(features.shape[2]) for _ in range(3))
    right = features[np.arange(len(labels)), labels]
    for step in range(1, STEPS + 1):
        scores = features @ weights
        chances = np.exp(scores - scores.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        slope = (np.einsum("nt,ntf->nf", chances, features) - right).mean(0) + DECAY * weights
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights = weights - RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights


if __name__ == "__main__":
    sys.exit(main())
