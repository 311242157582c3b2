import itertools
import json
from pathlib import Path

import pytest
import yaml
from kfp_server_api import ApiException, V2beta1Pipeline, V2beta1PipelineVersion

_names = (f"pipeline {number}" for number in itertools.count())


@pytest.fixture
def pipeline(client, packages):
    return client.upload_pipeline(packages["greeting"], pipeline_name=next(_names), description="says hello")


def test_an_uploaded_pipeline_has_a_version_with_its_specification(client, packages):
    pipeline = client.upload_pipeline(packages["tables"], pipeline_name="two tables", description="counts")
    assert (pipeline.display_name, pipeline.description) == ("two tables", "counts")
    assert pipeline.created_at.isoformat()
    versions = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions
    assert [version.display_name for version in versions] == ["two tables"]
    assert versions[0].pipeline_spec["pipelineInfo"]["name"] == "tables"


def test_the_name_defaults_to_the_compiled_one(client, packages):
    assert client.upload_pipeline(packages["sleepy"]).display_name == "sleepy"


def test_a_pipeline_is_found_by_id_and_name(client, pipeline):
    assert client.get_pipeline(pipeline.pipeline_id).display_name == pipeline.display_name
    assert client.get_pipeline_id(pipeline.display_name) == pipeline.pipeline_id
    assert client.get_pipeline_id("no such pipeline") is None


def test_versions_are_added_read_and_deleted(client, packages, pipeline):
    version = client.upload_pipeline_version(packages["tables"], "second", pipeline_name=pipeline.display_name, description="better")
    read = client.get_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    assert (read.display_name, read.description) == ("second", "better")
    client.delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    assert client.list_pipeline_versions(pipeline.pipeline_id).total_size == 1


def test_a_taken_name_is_a_conflict(client, packages, pipeline):
    with pytest.raises(ApiException) as caught:
        client.upload_pipeline(packages["greeting"], pipeline_name=pipeline.display_name)
    assert caught.value.status == 409
    assert json.loads(caught.value.body)["code"] == 6
    assert pipeline.display_name in json.loads(caught.value.body)["message"]
    with pytest.raises(ApiException) as caught:
        client.upload_pipeline_version(packages["greeting"], pipeline.display_name, pipeline_id=pipeline.pipeline_id)
    assert caught.value.status == 409


def test_a_pipeline_is_deleted_after_its_versions(client, pipeline):
    with pytest.raises(ApiException, match="delete them first") as caught:
        client.delete_pipeline(pipeline.pipeline_id)
    assert caught.value.status == 400
    for version in client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions:
        client.delete_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    client.delete_pipeline(pipeline.pipeline_id)
    with pytest.raises(ApiException) as caught:
        client.get_pipeline(pipeline.pipeline_id)
    assert caught.value.status == 404


def test_the_generated_clients_create_calls_work(client, packages):
    spec = yaml.safe_load(Path(packages["greeting"]).read_text())
    pipeline = client._pipelines_api.pipeline_service_create_pipeline(V2beta1Pipeline(display_name="from a body", tags={"team": "a"}))
    assert client.list_pipeline_versions(pipeline.pipeline_id).total_size == 0
    version = client._pipelines_api.pipeline_service_create_pipeline_version(
        pipeline.pipeline_id, V2beta1PipelineVersion(display_name="v1", pipeline_spec=spec)
    )
    read = client.get_pipeline_version(pipeline.pipeline_id, version.pipeline_version_id)
    assert read.pipeline_spec["root"] == spec["root"]
    assert client.get_pipeline(pipeline.pipeline_id).tags == {"team": "a"}


def test_a_pipeline_with_a_platform_part_keeps_both_documents(client, packages, tmp_path):
    package = tmp_path / "two.yaml"
    package.write_text(Path(packages["greeting"]).read_text() + "\n---\nplatforms:\n  kubernetes:\n    deploymentSpec: {}\n")
    pipeline = client.upload_pipeline(str(package), pipeline_name="two documents")
    spec = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0].pipeline_spec
    assert spec["pipeline_spec"]["pipelineInfo"]["name"] == "greeting"
    assert spec["platform_spec"] == {"platforms": {"kubernetes": {"deploymentSpec": {}}}}
