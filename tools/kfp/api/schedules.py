"""Schedules, which Kubeflow Pipelines calls recurring runs."""

from typing import Any

from tools.kfp.api.calls import NEWEST_FIRST, PAGE, Calls, is_id, where
from tools.kfp.model import Schedule, Version
from tools.names import not_found

_SERVICE = "RecurringRunServiceApi"


class ScheduleCalls(Calls):
    """Calls about schedules."""

    def schedules(self, *words: str, limit: int = PAGE, **equal: str) -> tuple[list[Schedule], int]:
        """Schedules newest first, and how many there are in all.

        Args:
            words: their names contain all of these.
            limit: page size.
            equal: filters on the server, such as `display_name=...` and `pipeline_id=...`.
        """
        page = {"page_size": limit, "sort_by": NEWEST_FIRST, "filter": where(*words, **equal), **self._connection.scope}
        answer = self._ask("list schedules", _SERVICE, "recurring_run_service_list_recurring_runs", **page)
        return [_schedule(s) for s in answer.recurring_runs or []], answer.total_size or 0

    def schedule(self, name: str) -> Schedule:
        """The schedule of this id or exact name.

        Raises:
            ToolError: NOT_FOUND.
        """
        found, _ = self.schedules(limit=1, **{"id" if is_id(name) else "display_name": name})
        if not found:
            raise not_found("schedule", name, [s.name for s in self.schedules()[0]])
        return found[0]

    def create_schedule(self, name: str, version: Version, cron: str, arguments: dict[str, Any], experiment_id: str) -> Schedule:
        """A schedule that starts a run of a version whenever a six-field cron expression says; missed ones are not made up for."""
        body = {
            "display_name": name,
            "experiment_id": experiment_id,
            "pipeline_version_reference": {"pipeline_id": version.pipeline_id, "pipeline_version_id": version.id},
            "runtime_config": {"parameters": arguments},
            "trigger": {"cron_schedule": {"cron": cron}},
            "mode": "ENABLE",
            "max_concurrency": 1,
            "no_catchup": True,
        }
        return _schedule(self._ask(f"create schedule `{name}`", _SERVICE, "recurring_run_service_create_recurring_run", body))

    def pause_schedule(self, schedule: Schedule) -> None:
        """Stop starting runs."""
        self._ask(f"pause schedule `{schedule.name}`", _SERVICE, "recurring_run_service_disable_recurring_run", schedule.id)

    def resume_schedule(self, schedule: Schedule) -> None:
        """Start runs again."""
        self._ask(f"resume schedule `{schedule.name}`", _SERVICE, "recurring_run_service_enable_recurring_run", schedule.id)

    def delete_schedule(self, schedule: Schedule) -> None:
        """Remove a schedule; runs it has started stay."""
        self._ask(f"delete schedule `{schedule.name}`", _SERVICE, "recurring_run_service_delete_recurring_run", schedule.id)


def _schedule(answer: Any) -> Schedule:
    trigger = answer.trigger
    cron = trigger.cron_schedule.cron if trigger and trigger.cron_schedule else ""
    period = trigger.periodic_schedule.interval_second if trigger and trigger.periodic_schedule else None
    reference = answer.pipeline_version_reference
    return Schedule(
        id=answer.recurring_run_id,
        name=answer.display_name,
        cron=" ".join(cron.split()[-5:]).replace("?", "*") if cron else "",
        seconds=int(period) if period else None,
        enabled=answer.status == "ENABLED",
        pipeline_id=(reference.pipeline_id if reference else None) or "",
        arguments=dict((answer.runtime_config.parameters if answer.runtime_config else None) or {}),
        created=answer.created_at,
    )
