"""The parts of kfp_server_api that we call, pinned: an upgrade that breaks us fails here first."""

import inspect
from typing import Any

import kfp_server_api
import pytest
from kfp_server_api.exceptions import ApiException

KEYWORDS = {"page_size", "sort_by", "filter", "namespace"}
CALLS: dict[str, dict[str, tuple[list[str], set[str]]]] = {
    "PipelineServiceApi": {
        "pipeline_service_list_pipelines": ([], KEYWORDS),
        "pipeline_service_list_pipeline_versions": (["pipeline_id"], {"page_size", "sort_by"}),
        "pipeline_service_get_pipeline": (["pipeline_id"], set()),
    },
    "PipelineUploadServiceApi": {"upload_pipeline": (["uploadfile"], {"name", "description", "namespace"})},
    "ExperimentServiceApi": {"experiment_service_list_experiments": ([], KEYWORDS)},
    "RunServiceApi": {
        "run_service_create_run": (["run"], set()),
        "run_service_list_runs": ([], KEYWORDS | {"experiment_id"}),
        "run_service_get_run": (["run_id"], set()),
    },
}
FIELDS = {
    "V2beta1ListPipelinesResponse": {"pipelines", "total_size"},
    "V2beta1ListPipelineVersionsResponse": {"pipeline_versions", "total_size"},
    "V2beta1ListExperimentsResponse": {"experiments", "total_size"},
    "V2beta1ListRunsResponse": {"runs", "total_size"},
    "V2beta1Pipeline": {"pipeline_id", "display_name", "name", "description", "created_at"},
    "V2beta1PipelineVersion": {"pipeline_version_id", "pipeline_id", "display_name", "name", "created_at", "pipeline_spec"},
    "V2beta1Experiment": {"experiment_id", "display_name", "description", "created_at", "storage_state"},
    "V2beta1Run": {
        "run_id", "experiment_id", "display_name", "state", "created_at", "finished_at", "error", "pipeline_spec",
        "pipeline_version_reference", "runtime_config", "run_details",
    },
    "V2beta1PipelineTaskDetail": {"task_id", "display_name", "state", "start_time", "end_time", "error", "parent_task_id"},
    "V2beta1RuntimeConfig": {"parameters"},
}  # fmt: skip


def documented(function: Any) -> str:
    """Optional parameters of the generated functions are `**kwargs`; the docstring names them."""
    return inspect.getdoc(function) or ""


@pytest.mark.parametrize(("api", "name"), [(api, name) for api, calls in CALLS.items() for name in calls])
def test_calls(api: str, name: str) -> None:
    required, keywords = CALLS[api][name]
    function = getattr(getattr(kfp_server_api, api), name)
    positional = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["self", *required]
    assert {
        word
        for word in keywords | {"_request_timeout"}
        if f":param {word}:" not in documented(function) and f" {word}:" not in documented(function)
    } == set()


@pytest.mark.parametrize("model", FIELDS)
def test_fields(model: str) -> None:
    assert set(getattr(kfp_server_api, model).openapi_types) >= FIELDS[model]


def test_the_client_itself() -> None:
    configuration = kfp_server_api.Configuration(host="http://localhost")
    for name in ("retries", "ssl_ca_cert", "api_key", "api_key_prefix", "refresh_api_key_hook"):
        assert hasattr(configuration, name)
    assert list(inspect.signature(kfp_server_api.ApiClient.deserialize).parameters) == ["self", "response", "response_type"]
    call = inspect.signature(kfp_server_api.ApiClient.call_api).parameters
    assert {"resource_path", "method", "auth_settings", "_preload_content", "_request_timeout"} <= set(call)
    assert {"configuration", "cookie"} <= set(inspect.signature(kfp_server_api.ApiClient).parameters)
    error = ApiException(status=404, reason="x")
    assert (error.status, error.body, error.headers) == (404, None, None)
