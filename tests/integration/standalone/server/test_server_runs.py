import datetime
import json

import httpx
import pytest
from kfp_server_api import ApiException, V2beta1Run

from tests.integration.standalone.server.support import finish, greeting, wait_until

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def experiment(client):
    return client.create_experiment("running")


@pytest.fixture(scope="module")
def get(server):
    """Body of a GET on one of the endpoints that upstream lacks."""

    def request(path: str, **query):
        answer = httpx.get(f"{server.url}/apis/v2beta1{path}", params=query, headers={"Authorization": f"Bearer {server.token}"})
        answer.raise_for_status()
        return answer.json() if answer.headers["content-type"] == "application/json" else answer.text

    return request


def named_tasks(get, run_id):
    return {task["display_name"]: task for task in get(f"/runs/{run_id}/tasks")["tasks"]}


def test_a_package_runs(client, packages, experiment, get):
    run = client.run_pipeline(experiment.experiment_id, "hello", packages["greeting"], params={"name": "Ada", "times": 2})
    assert run.state == "PENDING"
    assert run.finished_at == datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    done = finish(client, run.run_id)
    assert done.state == "SUCCEEDED"
    assert [change.state for change in done.state_history] == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert done.created_at <= done.finished_at
    assert done.runtime_config.parameters["name"] == "Ada"
    assert done.pipeline_spec["pipelineInfo"]["name"] == "greeting"
    assert named_tasks(get, run.run_id)["greet"]["outputs"]["parameters"] == {"Output": "hello Ada, hello Ada"}
    assert get_experiment_time(client, experiment) == run.created_at


def get_experiment_time(client, experiment):
    return client.get_experiment(experiment_id=experiment.experiment_id).last_run_created_at


def test_arguments_are_taken_in_the_declared_types(client, packages, experiment, get):
    run = client.run_pipeline(experiment.experiment_id, "typed", packages["greeting"], params={"name": 7, "times": "1", "excited": "true"})
    finish(client, run.run_id)
    assert named_tasks(get, run.run_id)["greet"]["outputs"]["parameters"]["Output"] == "hello 7!"


def test_a_version_runs_and_the_latest_when_none_is_named(client, packages, experiment):
    pipeline = client.upload_pipeline(packages["tables"], pipeline_name="to be run by version")
    latest = client.upload_pipeline_version(packages["greeting"], "newer", pipeline_id=pipeline.pipeline_id)
    first = client.list_pipeline_versions(pipeline.pipeline_id, sort_by="created_at").pipeline_versions[0]
    run = client.run_pipeline(experiment.experiment_id, "old", pipeline_id=pipeline.pipeline_id, version_id=first.pipeline_version_id)
    assert run.pipeline_version_reference.pipeline_version_id == first.pipeline_version_id
    body = V2beta1Run(display_name="new", pipeline_version_reference={"pipeline_id": pipeline.pipeline_id})
    newest = client._run_api.run_service_create_run(run=body)
    assert newest.pipeline_version_reference.pipeline_version_id == latest.pipeline_version_id
    assert newest.experiment_id == client.get_experiment(experiment_name="Default").experiment_id
    assert finish(client, run.run_id).state == finish(client, newest.run_id).state == "SUCCEEDED"


def test_create_run_from_function_and_wait(client):
    result = client.create_run_from_pipeline_func(greeting, arguments={"name": "Eve"}, experiment_name="from functions", run_name="eve")
    assert wait_until(lambda: client.get_run(result.run_id).state in ("SUCCEEDED", "FAILED"))
    assert result.wait_for_run_completion(timeout=60).state == "SUCCEEDED"
    assert client.get_experiment(experiment_name="from functions").experiment_id == client.get_run(result.run_id).experiment_id


def test_task_details_tell_the_tree_the_times_and_the_artifacts(client, packages, experiment, get):
    run = client.run_pipeline(experiment.experiment_id, "lineage", packages["tables"], params={"rows": 5}, enable_caching=False)
    details = {task.display_name: task for task in finish(client, run.run_id).run_details.task_details}
    write, count = details["write-table"], details["count-rows"]
    assert write.state == count.state == "SUCCEEDED"
    assert write.create_time <= write.start_time <= write.end_time <= count.end_time
    root = next(task for task in details.values() if task.parent_task_id is None)
    assert {child.task_id for child in root.child_tasks} == {write.task_id, count.task_id}
    assert write.parent_task_id == root.task_id
    assert write.outputs["table"].artifact_ids == count.inputs["table"].artifact_ids
    artifacts = {artifact["artifact_id"]: artifact for artifact in get(f"/runs/{run.run_id}/artifacts")["artifacts"]}
    table = artifacts[write.outputs["table"].artifact_ids[0]]
    assert (table["type"], table["metadata"], table["task"]) == ("system.Dataset", {"rows": 5}, "write-table")
    assert artifacts[count.outputs["metrics"].artifact_ids[0]]["metadata"] == {"rows": 5}

    (lineage,) = get("/artifacts", uri=table["uri"])["artifacts"]
    assert (lineage["run"], lineage["artifact"]["task"]) == ("lineage", "write-table")
    assert lineage["read_by"] == [{"run_id": run.run_id, "run": "lineage", "task_id": count.task_id, "task": "count-rows"}]


def test_tasks_say_what_upstream_leaves_out(client, packages, experiment, get):
    for name in ("filling the cache", "using the cache"):
        run = client.run_pipeline(experiment.experiment_id, name, packages["tables"], params={"rows": 8}, enable_caching=True)
        finish(client, run.run_id)
    tasks = named_tasks(get, run.run_id)
    count = tasks["count-rows"]
    assert count["cached"] is True
    assert count["outputs"]["parameters"] == {"Output": 8}
    assert count["inputs"]["artifacts"]["table"][0]["metadata"] == {"rows": 8}
    assert count["kind"] == "container"
    assert {task["path"] for task in tasks.values()} == {"", "write-table", "count-rows"}
    earlier = {artifact["run_id"] for artifact in get(f"/runs/{run.run_id}/artifacts")["artifacts"]}
    assert earlier == {count["caching"]["run_id"]} != {run.run_id}


def test_logs_are_read_from_the_end_and_from_an_offset(client, packages, experiment, get):
    run = client.run_pipeline(experiment.experiment_id, "logged", packages["greeting"], params={"name": "log"})
    finish(client, run.run_id)
    task = named_tasks(get, run.run_id)["greet"]
    path = f"/runs/{run.run_id}/tasks/{task['task_id']}/log"
    whole = get(path)
    assert task["log_available"]
    assert "hello log" in whole
    assert get(path, tail=4) == whole[-4:]
    assert get(path, offset=2, tail=3) == whole[2:5]
    assert get(path, offset=10**9) == ""


def test_a_failure_names_the_task_and_retry_goes_on(client, packages, experiment, get, tmp_path):
    marker = tmp_path / "marker"
    run = client.run_pipeline(experiment.experiment_id, "fragile", packages["fragile"], params={"marker": str(marker)})
    failed = finish(client, run.run_id)
    assert failed.state == "FAILED"
    assert "fail-unless" in failed.error.message
    task = named_tasks(get, run.run_id)["fail-unless"]
    assert f"{marker} is missing" in task["error"] + get(f"/runs/{run.run_id}/tasks/{task['task_id']}/log")
    client._run_api.run_service_retry_run(run_id=run.run_id)
    again = finish(client, run.run_id)
    assert [change.state for change in again.state_history].count("RUNNING") == 2
    with pytest.raises(ApiException, match="Only a failed run") as caught:
        client._run_api.run_service_retry_run(run_id=start(client, packages, experiment).run_id)
    assert caught.value.status == 400


def start(client, packages, experiment):
    return client.run_pipeline(experiment.experiment_id, "quick", packages["greeting"])


def test_a_terminated_run_ends_as_failed(client, packages, experiment):
    run = client.run_pipeline(experiment.experiment_id, "endless", packages["sleepy"])
    wait_until(lambda: any(task.state == "RUNNING" for task in client.get_run(run.run_id).run_details.task_details))
    client.terminate_run(run.run_id)
    assert client.get_run(run.run_id).state in ("CANCELING", "FAILED")
    ended = finish(client, run.run_id, 20)
    assert ended.state == "FAILED"
    assert "terminated" in ended.error.message
    assert all(task.state not in ("RUNNING", "PENDING") for task in ended.run_details.task_details)
    with pytest.raises(ApiException, match="ended already"):
        client.terminate_run(run.run_id)


def test_archive_unarchive_delete(client, packages, experiment, home):
    run = start(client, packages, experiment)
    client.archive_run(run.run_id)
    assert client.get_run(run.run_id).storage_state == "ARCHIVED"
    client.unarchive_run(run.run_id)
    assert client.get_run(run.run_id).storage_state == "AVAILABLE"
    client.delete_run(run.run_id)
    with pytest.raises(ApiException) as caught:
        client.get_run(run.run_id)
    assert caught.value.status == 404
    assert not (home / "runs" / run.run_id).exists()


def test_deleting_a_run_that_goes_on_stops_it_first(client, packages, experiment, home):
    run = client.run_pipeline(experiment.experiment_id, "deleted on the way", packages["sleepy"])
    wait_until(lambda: client.get_run(run.run_id).state == "RUNNING")
    client.delete_run(run.run_id)
    assert not (home / "runs" / run.run_id).exists()


def test_lists_are_filtered_by_experiment_and_state(client, packages):
    own = client.create_experiment("own list")
    for name in ("one", "two"):
        finish(client, client.run_pipeline(own.experiment_id, name, packages["greeting"]).run_id)
    listed = client.list_runs(experiment_id=own.experiment_id, sort_by="created_at desc", page_size=1)
    assert ([run.display_name for run in listed.runs], listed.total_size) == (["two"], 2)
    rest = client.list_runs(experiment_id=own.experiment_id, page_token=listed.next_page_token)
    assert [run.display_name for run in rest.runs] == ["one"]
    failed = json.dumps({"predicates": [{"operation": "EQUALS", "key": "state", "stringValue": "FAILED"}]})
    assert not client.list_runs(experiment_id=own.experiment_id, filter=failed).runs
    assert client.list_runs(namespace="kubeflow").total_size >= 2


@pytest.mark.parametrize(
    ("pipeline", "arguments", "said"),
    [
        ("contained", {}, "in-container"),
        ("greeting", {"nane": "x"}, "name"),
        ("greeting", {"times": "many"}, "times"),
    ],
)
def test_what_cannot_run_is_refused_and_not_stored(client, packages, pipeline, arguments, said):
    empty = client.create_experiment(f"refused {pipeline} {said}")
    with pytest.raises(ApiException) as caught:
        client.run_pipeline(empty.experiment_id, "refused", packages[pipeline], params=arguments)
    assert caught.value.status == 400
    assert said in json.loads(caught.value.body)["message"]
    assert client.list_runs(experiment_id=empty.experiment_id).total_size == 0
