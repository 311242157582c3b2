"""Kubeflow Pipelines in the words of this program: typed answers of the kfp SDK's own generated client."""

from tools.kfp.api.experiments import ExperimentCalls
from tools.kfp.api.results import ResultCalls
from tools.kfp.api.schedules import ScheduleCalls


class Kfp(ResultCalls, ExperimentCalls, ScheduleCalls):
    """One installation: pipelines, runs and their results, experiments and schedules."""
