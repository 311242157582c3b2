"""Which way a metric is better. Only what is known: about others no verdict is given."""

import re
from typing import Literal

Direction = Literal["higher", "lower"]

_OPPOSITE: dict[Direction | None, Direction] = {"higher": "lower", "lower": "higher"}
_HIGHER = frozenset(
    """
    accuracy acc f1 fbeta precision recall sensitivity specificity auc auroc auprc roc prauc r2 map ndcg mrr kappa mcc tpr tnr ppv npv
    jaccard iou dice bleu rouge meteor psnr ssim silhouette gini ap hit coverage explained likelihood throughput
    """.split()
)
_LOWER = frozenset(
    """
    loss error errors rmse mse mae mape smape wape rmsle logloss perplexity ppl brier wer cer fid hamming latency deviance
    crossentropy entropy misclassification aic bic pinball regret drift psi failed failures nulls duplicates nll fpr fnr fdr
    """.split()
)
_UNTOLD = frozenset(
    "std stdev stddev gap delta diff difference change drop decrease increase threshold weight epoch step rank index".split()
)
"""Words that make something else of a metric, of which nobody knows which way is better."""
_LOWER_PHRASES = ("false positive", "false negative", "log loss", "cross entropy", "error rate", "hinge")
_HIGHER_PHRASES = ("true positive", "true negative", "r squared", "log likelihood")


def direction(metric: str) -> Direction | None:
    """`higher` or `lower` is better, None when the name does not tell. `val_accuracy`, `testRMSE` and `roc-auc` are understood."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", metric)
    return _of_words([w.lower() for w in re.findall(r"[A-Za-z]+\d*", spaced)])


def _of_words(words: list[str]) -> Direction | None:
    text = " ".join(words)
    if _UNTOLD & set(words):
        return None
    if words[:1] in (["neg"], ["negative"]):
        return _OPPOSITE.get(_of_words(words[1:]))
    if any(phrase in text for phrase in _LOWER_PHRASES):
        return "lower"
    if any(phrase in text for phrase in _HIGHER_PHRASES):
        return "higher"
    known = {w if w in ("f1", "r2") else w.rstrip("0123456789") for w in words}
    higher, lower = _HIGHER & known, _LOWER & known
    if bool(higher) == bool(lower):
        return None
    return "higher" if higher else "lower"
