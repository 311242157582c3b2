"""Kubeflow Pipelines in the words of this program: typed answers of the kfp SDK's own generated client."""

from tools.kfp.api.experiments import ExperimentCalls
from tools.kfp.api.runs import RunCalls
from tools.kfp.api.schedules import ScheduleCalls


class Kfp(RunCalls, ExperimentCalls, ScheduleCalls):
    """One installation: pipelines, runs, experiments and schedules."""
