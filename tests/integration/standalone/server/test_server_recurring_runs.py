import json
import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from kfp_server_api import ApiException

from standalone.platform import ensure_server, lock_file
from tests.integration.standalone.server.support import connect, finish, wait_until


def hours_ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.fixture
def schedule(client, packages, request):
    """Creates recurring runs in an experiment of their own, and deletes them."""
    experiment = client.create_experiment(request.node.name)
    created = []

    def create(pipeline: str = "greeting", **options):
        recurring = client.create_recurring_run(
            experiment.experiment_id, f"every now and then {len(created)}", pipeline_package_path=packages[pipeline], **options
        )
        created.append(recurring.recurring_run_id)
        return recurring

    yield create
    for recurring_id in created:
        client.delete_recurring_run(recurring_id)


def runs_of(client, recurring):
    listed = client.list_runs(experiment_id=recurring.experiment_id, page_size=100, sort_by="scheduled_at").runs or []
    return [run for run in listed if run.recurring_run_id == recurring.recurring_run_id]


def test_shape_of_a_recurring_run(client, schedule):
    recurring = schedule(interval_second=3600, max_concurrency=3, params={"times": "2"}, description="hourly", no_catchup=True)
    read = client.get_recurring_run(recurring.recurring_run_id)
    assert (read.status, read.mode, read.max_concurrency, read.no_catchup) == ("ENABLED", "ENABLE", "3", True)
    assert (read.trigger.periodic_schedule.interval_second, read.description) == ("3600", "hourly")
    assert read.runtime_config.parameters == {"times": 2}
    assert read.pipeline_spec["pipelineInfo"]["name"] == "greeting"
    listed = client.list_recurring_runs(experiment_id=recurring.experiment_id)
    assert [entry.recurring_run_id for entry in listed.recurring_runs] == [recurring.recurring_run_id]


def test_it_fires_every_second(client, schedule):
    recurring = schedule(interval_second=1, max_concurrency=2, params={"name": "tick"})
    runs = wait_until(lambda: [run for run in runs_of(client, recurring) if run.state == "SUCCEEDED"][1:])
    assert runs[0].runtime_config.parameters["name"] == "tick"
    client.disable_recurring_run(recurring.recurring_run_id)
    assert client.get_recurring_run(recurring.recurring_run_id).status == "DISABLED"
    times = [run.scheduled_at for run in runs_of(client, recurring)]
    assert {later - earlier for earlier, later in pairwise(times)} == {timedelta(seconds=1)}


def test_it_fires_by_cron(client, schedule):
    recurring = schedule(cron_expression="* * * * * *")
    run = wait_until(lambda: runs_of(client, recurring))[0]
    assert run.scheduled_at.microsecond == 0


def test_missed_times_are_caught_up_as_far_as_concurrency_allows(client, schedule):
    recurring = schedule(interval_second=3600, start_time=hours_ago(4.5), max_concurrency=10)
    assert len(wait_until(lambda: len(runs := runs_of(client, recurring)) >= 4 and runs)) == 4
    one_by_one = schedule("sleepy", interval_second=3600, start_time=hours_ago(4.5), max_concurrency=1)
    run = wait_until(lambda: runs_of(client, one_by_one))[0]
    client.terminate_run(run.run_id)
    finish(client, run.run_id)
    assert len(wait_until(lambda: runs_of(client, one_by_one)[1:])) == 1
    client.disable_recurring_run(one_by_one.recurring_run_id)
    for run in runs_of(client, one_by_one):
        client.delete_run(run.run_id)


def test_without_catch_up_only_the_latest_missed_time_counts(client, schedule):
    start = datetime.now(UTC) - timedelta(hours=4.5)
    recurring = schedule(interval_second=3600, start_time=start.isoformat(), max_concurrency=10, no_catchup=True)
    run = wait_until(lambda: runs_of(client, recurring))[0]
    assert run.scheduled_at == start + timedelta(hours=4)
    finish(client, run.run_id)
    assert len(runs_of(client, recurring)) == 1


def test_the_end_time_ends_it(client, schedule):
    recurring = schedule(interval_second=3600, start_time=hours_ago(0.9), end_time=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert client.get_recurring_run(recurring.recurring_run_id).trigger.periodic_schedule.end_time > datetime.now(UTC)
    with pytest.raises(ApiException, match="never fire"):
        schedule(interval_second=3600, start_time=hours_ago(9), end_time=hours_ago(8.5))


def test_a_disabled_one_does_not_fire_until_enabled(client, schedule):
    recurring = schedule(interval_second=3600, start_time=hours_ago(1.5), enabled=False)
    prompt = schedule(interval_second=3600, start_time=hours_ago(1.5))
    wait_until(lambda: runs_of(client, prompt))
    assert not runs_of(client, recurring)
    client.enable_recurring_run(recurring.recurring_run_id)
    assert wait_until(lambda: runs_of(client, recurring))


def test_a_version_without_its_pipeline_is_told_and_tried_at_the_next_time(client, packages):
    pipeline = client.upload_pipeline(packages["greeting"], pipeline_name="scheduled, then gone")
    (version,) = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions
    recurring = client.create_recurring_run(
        client.get_experiment(experiment_name="Default").experiment_id,
        "orphan",
        interval_second=1,
        pipeline_id=pipeline.pipeline_id,
        version_id=version.pipeline_version_id,
        enabled=False,
    )
    client.delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    client.enable_recurring_run(recurring.recurring_run_id)
    error = wait_until(lambda: client.get_recurring_run(recurring.recurring_run_id).error)
    assert "not found" in error.message
    client.delete_recurring_run(recurring.recurring_run_id)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cron_expression": "every day"}, "6 fields"),
        ({"cron_expression": "99 * * * * *"}, "second"),
        ({"interval_second": -5}, "interval_second"),
        ({"interval_second": 5, "max_concurrency": 0}, "max_concurrency"),
        ({"interval_second": 5, "start_time": "tomorrow"}, "start_time"),
        ({"interval_second": 5, "params": {"times": "few"}}, "times"),
    ],
)
def test_a_wrong_schedule_is_refused(schedule, options, said):
    with pytest.raises(ApiException) as caught:
        schedule(**options)
    assert caught.value.status == 400
    assert said in json.loads(caught.value.body)["message"]


def test_times_missed_while_the_server_was_down_are_caught_up(own_home, packages):
    client = connect(ensure_server(own_home))
    experiment = client.get_experiment(experiment_name="Default").experiment_id
    recurring = client.create_recurring_run(
        experiment, "survivor", interval_second=1, max_concurrency=10, pipeline_package_path=packages["greeting"]
    )
    os.kill(int(lock_file(own_home).read_text()), signal.SIGKILL)
    due = datetime.now(UTC) + timedelta(seconds=2)
    wait_until(lambda: datetime.now(UTC) > due)
    client = connect(ensure_server(own_home))
    runs = wait_until(lambda: runs_of(client, recurring)[1:])
    assert recurring.created_at < runs[0].scheduled_at < due + timedelta(seconds=1)
    client.delete_recurring_run(recurring.recurring_run_id)
    for run in runs_of(client, recurring):
        finish(client, run.run_id)
