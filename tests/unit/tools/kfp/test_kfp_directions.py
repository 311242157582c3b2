"""Which way a metric is better, and for which nobody can say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kfp.directions import direction

HIGHER = """
accuracy ACC val_accuracy testAccuracy accuracy_score balanced-accuracy f1 f1_macro F1-score precision@5 recall_at_10 roc_auc AUC ROC-AUC
pr_auc r2 R2 r2_score r_squared explained_variance map50 ndcg@10 mrr kappa mcc true_positive_rate tpr silhouette_score log_likelihood
neg_mean_squared_error neg_log_loss neg_root_mean_squared_error hit_rate bleu rouge-l
""".split()
LOWER = """
loss val_loss trainLoss rmse RMSE testRMSE mse mae mean_absolute_error max_error mape error_rate log_loss logloss cross_entropy
perplexity brier_score false_positive_rate false_negatives fpr wer latency_p95 latency_ms nll negative_log_likelihood failed_rows drift psi
hinge_loss aic BIC
""".split()
UNKNOWN = """
rows n_estimators threshold best_threshold_f1 accuracy_std loss_gap recall_drop precision_delta epoch seed score value time size
accuracy_loss auc_rank learning_rate "" 42 é
""".split()


@pytest.mark.parametrize("metric", HIGHER)
def test_higher_is_better(metric: str) -> None:
    assert direction(metric) == "higher"


@pytest.mark.parametrize("metric", LOWER)
def test_lower_is_better(metric: str) -> None:
    assert direction(metric) == "lower"


@pytest.mark.parametrize("metric", UNKNOWN)
def test_nobody_knows(metric: str) -> None:
    assert direction(metric) is None


@given(
    st.sampled_from([*HIGHER, *LOWER, *UNKNOWN]),
    st.sampled_from(["val_", "test-", "train.", "cv "]),
    st.sampled_from(["", "_mean", " final"]),
)
def test_where_it_was_measured_does_not_matter(metric: str, before: str, after: str) -> None:
    if metric.startswith("neg"):
        return
    assert direction(before + metric + after) == direction(metric)


@given(st.text(max_size=60))
def test_any_name_has_an_answer(metric: str) -> None:
    assert direction(metric) in ("higher", "lower", None)
