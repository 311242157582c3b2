"""Which way a metric is better. Only what is known: about others no verdict is given."""

import re
from typing import Literal

Direction = Literal["higher", "lower"]

_HIGHER = frozenset(
    """
    accuracy acc f1 fbeta precision recall sensitivity specificity auc auroc auprc roc prauc r2 map ndcg mrr kappa mcc
    jaccard iou dice bleu rouge meteor psnr ssim silhouette gini ap hit coverage explained likelihood throughput
    """.split()
)
_LOWER = frozenset(
    """
    loss error errors rmse mse mae mape smape wape rmsle logloss perplexity ppl brier wer cer fid hamming latency deviance
    crossentropy entropy misclassification aic bic pinball regret drift psi failed failures nulls duplicates
    """.split()
)
_LOWER_PHRASES = ("false positive", "false negative", "log loss", "cross entropy", "error rate", "hinge")
_HIGHER_PHRASES = ("true positive", "true negative", "r squared", "log likelihood")


def direction(metric: str) -> Direction | None:
    """`higher` or `lower` is better, None when the name does not tell. `val_accuracy`, `testRMSE` and `roc-auc` are understood."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", metric)
    words = [w.lower() for w in re.findall(r"[A-Za-z]+\d*", spaced)]
    text = " ".join(words)
    if any(phrase in text for phrase in _LOWER_PHRASES):
        return "lower"
    if any(phrase in text for phrase in _HIGHER_PHRASES):
        return "higher"
    known = [w.rstrip("0123456789") if w not in ("f1", "r2") else w for w in words]
    higher, lower = _HIGHER & set(known), _LOWER & set(known)
    if bool(higher) == bool(lower):
        return None
    return "higher" if higher else "lower"
