"""The parts of kfp_server_api that we call, pinned: an upgrade that breaks us fails here first."""

import ast
import inspect
import re
from pathlib import Path

import kfp_server_api
import pytest
from kfp_server_api.exceptions import ApiException

from tools.kfp import api

LIST = {"page_size", "sort_by", "filter", "namespace"}
CALLS: dict[str, dict[str, tuple[list[str], set[str]]]] = {
    "PipelineServiceApi": {
        "pipeline_service_list_pipelines": ([], LIST),
        "pipeline_service_list_pipeline_versions": (["pipeline_id"], {"page_size", "sort_by"}),
        "pipeline_service_get_pipeline": (["pipeline_id"], set()),
        "pipeline_service_get_pipeline_version": (["pipeline_id", "pipeline_version_id"], set()),
        "pipeline_service_delete_pipeline": (["pipeline_id"], set()),
        "pipeline_service_delete_pipeline_version": (["pipeline_id", "pipeline_version_id"], set()),
    },
    "PipelineUploadServiceApi": {
        "upload_pipeline": (["uploadfile"], {"name", "description", "namespace"}),
        "upload_pipeline_version": (["uploadfile"], {"name", "description", "pipelineid"}),
    },
    "ExperimentServiceApi": {
        "experiment_service_list_experiments": ([], LIST),
        "experiment_service_create_experiment": (["experiment"], set()),
        "experiment_service_archive_experiment": (["experiment_id"], set()),
    },
    "RunServiceApi": {
        "run_service_create_run": (["run"], set()),
        "run_service_list_runs": ([], LIST | {"experiment_id"}),
        "run_service_get_run": (["run_id"], set()),
        "run_service_terminate_run": (["run_id"], set()),
        "run_service_retry_run": (["run_id"], set()),
        "run_service_archive_run": (["run_id"], set()),
        "run_service_delete_run": (["run_id"], set()),
    },
    "RecurringRunServiceApi": {
        "recurring_run_service_list_recurring_runs": ([], LIST),
        "recurring_run_service_create_recurring_run": (["recurring_run"], set()),
        "recurring_run_service_disable_recurring_run": (["recurring_run_id"], set()),
        "recurring_run_service_enable_recurring_run": (["recurring_run_id"], set()),
        "recurring_run_service_delete_recurring_run": (["recurring_run_id"], set()),
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
    "V2beta1ListRecurringRunsResponse": {"recurring_runs", "total_size"},
    "V2beta1RecurringRun": {
        "recurring_run_id", "display_name", "status", "trigger", "pipeline_version_reference", "runtime_config", "created_at",
    },
    "V2beta1PipelineVersionReference": {"pipeline_id", "pipeline_version_id"},
    "V2beta1Trigger": {"cron_schedule", "periodic_schedule"},
    "V2beta1PipelineTaskDetail": {"task_id", "display_name", "state", "start_time", "end_time", "error", "parent_task_id"},
    "V2beta1RuntimeConfig": {"parameters"},
}  # fmt: skip


@pytest.mark.parametrize(("api", "name"), [(api, name) for api, calls in CALLS.items() for name in calls])
def test_calls(api: str, name: str) -> None:
    """The generated functions take what is optional as `**kwargs`; only their docstrings name it."""
    required, keywords = CALLS[api][name]
    function = getattr(getattr(kfp_server_api, api), name)
    positional = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == ["self", *required]
    named = set(re.findall(r":param (?:[\w.]+ )?(\w+):", inspect.getdoc(function) or ""))
    assert named >= {"_request_timeout", *keywords}


def test_every_call_that_we_make_is_pinned() -> None:
    """The method is the third argument of `_ask`."""
    made = set()
    for path in Path(api.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_ask":
                assert isinstance(node.args[2], ast.Constant)
                made.add(node.args[2].value)
    assert made == {name for calls in CALLS.values() for name in calls}


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
