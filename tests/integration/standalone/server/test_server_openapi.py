"""The API against its own description: whatever is sent, the answer is one that it declares, and never a 5xx."""

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.integration.standalone.server.support import finish

CHECKS = (
    checks.not_a_server_error,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)


@pytest.fixture(scope="module")
def headers(server):
    return {"Authorization": f"Bearer {server.token}"}


@pytest.fixture(scope="module")
def existing(client, packages):
    """Path parameters that lead to something."""
    pipeline = client.upload_pipeline(packages["greeting"], pipeline_name="described")
    (version,) = client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions
    experiment = client.create_experiment("described")
    run = finish(client, client.run_pipeline(experiment.experiment_id, "described", packages["tables"]).run_id)
    recurring = client.create_recurring_run(
        experiment.experiment_id, "described", cron_expression="0 0 0 1 1 ?", pipeline_package_path=packages["greeting"]
    )
    return {
        "pipeline_id": pipeline.pipeline_id,
        "pipeline_version_id": version.pipeline_version_id,
        "name": "described",
        "experiment_id": experiment.experiment_id,
        "run_id": run.run_id,
        "task_id": run.run_details.task_details[-1].task_id,
        "recurring_run_id": recurring.recurring_run_id,
    }


@pytest.fixture(scope="module")
def operations(server, headers):
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json", headers=headers)
    return [found.ok() for found in schema.get_all_operations()]


def send_random(operation, mode, examples, headers, prepare=lambda case: None):
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        prepare(case)
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()


def test_random_requests(operations, headers):
    for operation in operations:
        send_random(operation, GenerationMode.POSITIVE, 6, headers)


def test_random_requests_that_break_the_rules(operations, headers):
    # A path can only be wrong in leading nowhere.
    breakable = [operation for operation in operations if len(operation.query) or len(operation.body)]
    assert len(breakable) > 10
    for operation in breakable:
        send_random(operation, GenerationMode.NEGATIVE, 6, headers)


def test_random_requests_to_what_exists(operations, headers, existing):
    def aim(case):
        case.path_parameters = {name: existing[name] for name in case.path_parameters}

    aimed = [operation for operation in operations if operation.path_parameters and operation.method != "delete"]
    assert len(aimed) > 15
    for operation in aimed:
        send_random(operation, GenerationMode.POSITIVE, 6, headers, aim)


def test_the_description_has_a_sentence_for_every_operation(server, headers):
    document = httpx.get(f"{server.url}/openapi.json", headers=headers).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) > 30
    assert all(operation["description"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert yaml.safe_dump(document)
