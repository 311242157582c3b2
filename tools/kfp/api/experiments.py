"""Experiments."""

from typing import Any

from tools.kfp.api.calls import NEWEST_FIRST, PAGE, Calls, where
from tools.kfp.model import Experiment
from tools.names import not_found

_SERVICE = "ExperimentServiceApi"


class ExperimentCalls(Calls):
    """Calls about experiments."""

    def experiments(self, *words: str, limit: int = PAGE) -> tuple[list[Experiment], int]:
        """Experiments that are not archived and whose names contain all these words, newest first, and how many there are in all."""
        chosen = where(*words, storage_state="AVAILABLE")
        page = {"page_size": limit, "sort_by": NEWEST_FIRST, "filter": chosen, **self._connection.scope}
        answer = self._ask("list experiments", _SERVICE, "experiment_service_list_experiments", **page)
        return [_experiment(e) for e in answer.experiments or []], answer.total_size or 0

    def experiment(self, name: str) -> Experiment:
        """The experiment of exactly this name.

        Raises:
            ToolError: NOT_FOUND.
        """
        found = self.find_experiment(name)
        if found is None:
            raise not_found("experiment", name, [e.name for e in self.experiments()[0]])
        return found

    def find_experiment(self, name: str) -> Experiment | None:
        """The experiment of exactly this name, archived or not, if there is one."""
        query = {"filter": where(display_name=name), **self._connection.scope}
        answer = self._ask(f"find experiment `{name}`", _SERVICE, "experiment_service_list_experiments", **query)
        return next((e for e in map(_experiment, answer.experiments or []) if e.name == name), None)

    def create_experiment(self, name: str, description: str = "") -> Experiment:
        """A new experiment."""
        body = {"display_name": name, "description": description, "namespace": self.settings.namespace}
        return _experiment(self._ask(f"create experiment `{name}`", _SERVICE, "experiment_service_create_experiment", body))

    def archive_experiment(self, experiment: Experiment) -> None:
        """Put an experiment and its runs away."""
        doing = f"archive experiment `{experiment.name}`"
        self._ask(doing, _SERVICE, "experiment_service_archive_experiment", experiment.id)


def _experiment(answer: Any) -> Experiment:
    archived = answer.storage_state == "ARCHIVED"
    return Experiment(answer.experiment_id, answer.display_name, answer.description or "", answer.created_at, archived)
