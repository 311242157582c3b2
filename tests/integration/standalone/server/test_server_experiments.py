import json

import pytest
from kfp_server_api import ApiException, V2beta1Experiment


def test_a_default_experiment_exists(client):
    assert client.get_experiment(experiment_name="Default").storage_state == "AVAILABLE"


def test_creating_an_experiment_twice_gives_the_same(client):
    first = client.create_experiment("churn", description="who leaves")
    assert client.create_experiment("churn").experiment_id == first.experiment_id
    assert client.get_experiment(experiment_id=first.experiment_id).description == "who leaves"


def test_the_raw_call_refuses_a_taken_name(client):
    client.create_experiment("taken")
    with pytest.raises(ApiException) as caught:
        client._experiment_api.experiment_service_create_experiment(V2beta1Experiment(display_name="taken"))
    assert caught.value.status == 409


def test_an_unknown_experiment(client):
    with pytest.raises(ValueError, match="No experiment is found with name nowhere"):
        client.get_experiment(experiment_name="nowhere")
    with pytest.raises(ApiException) as caught:
        client.get_experiment(experiment_id="nowhere")
    assert caught.value.status == 404


def test_archive_unarchive_delete(client, packages):
    experiment = client.create_experiment("short lived")
    recurring = client.create_recurring_run(
        experiment.experiment_id, "rarely", cron_expression="0 0 0 1 1 *", pipeline_package_path=packages["greeting"]
    )
    client.archive_experiment(experiment.experiment_id)
    assert client.get_experiment(experiment_id=experiment.experiment_id).storage_state == "ARCHIVED"
    assert client.get_recurring_run(recurring.recurring_run_id).status == "DISABLED"
    with pytest.raises(ApiException, match="archived"):
        client.run_pipeline(experiment.experiment_id, "too late", packages["greeting"])
    client.unarchive_experiment(experiment.experiment_id)
    assert client.get_experiment(experiment_id=experiment.experiment_id).storage_state == "AVAILABLE"
    client.delete_experiment(experiment.experiment_id)
    with pytest.raises(ApiException) as caught:
        client.delete_experiment(experiment.experiment_id)
    assert caught.value.status == 404
    client.delete_recurring_run(recurring.recurring_run_id)


def test_pages_carry_order_and_filter(client):
    names = [f"paged {letter}" for letter in "abcdefg"]
    for name in names:
        client.create_experiment(name)
    predicate = json.dumps({"predicates": [{"operation": "IS_SUBSTRING", "key": "display_name", "stringValue": "paged "}]})
    seen, token = [], ""
    while True:
        # Only the first request says how to sort and filter.
        asked = {} if token else {"sort_by": "display_name desc", "filter": predicate}
        page = client.list_experiments(page_token=token, page_size=3, **asked)
        assert page.total_size == 7
        seen += [experiment.display_name for experiment in page.experiments]
        token = page.next_page_token
        if not token:
            break
    assert seen == names[::-1]


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        ({"operation": 1, "key": "name", "stringValue": "filter b"}, {"filter b"}),
        ({"operation": "NOT_EQUALS", "key": "display_name", "string_value": "filter b"}, {"filter a", "filter c_%"}),
        ({"operation": 3, "key": "name", "stringValue": "filter b"}, {"filter c_%"}),
        ({"operation": "GREATER_THAN_EQUALS", "key": "name", "stringValue": "filter b"}, {"filter b", "filter c_%"}),
        ({"operation": 6, "key": "name", "stringValue": "filter b"}, {"filter a"}),
        ({"operation": 7, "key": "name", "stringValue": "filter b"}, {"filter a", "filter b"}),
        ({"operation": 8, "key": "name", "stringValues": {"values": ["filter a", "filter b"]}}, {"filter a", "filter b"}),
        ({"operation": 9, "key": "name", "stringValue": "_%"}, {"filter c_%"}),
        ({"operation": 6, "key": "created_at", "timestampValue": "2001-01-01T00:00:00Z"}, set()),
        ({"operation": 3, "key": "created_at", "timestamp_value": "2001-01-01T00:00:00+02:00"}, {"filter a", "filter b", "filter c_%"}),
    ],
)
def test_filters(client, predicate, expected):
    for name in ("filter a", "filter b", "filter c_%"):
        client.create_experiment(name)
    only_these = {"operation": 9, "key": "display_name", "stringValue": "filter "}
    listed = client.list_experiments(filter=json.dumps({"predicates": [only_these, predicate]}))
    assert {experiment.display_name for experiment in listed.experiments or []} == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": "{"},
        {"filter": '{"predicates":[{"operation":4,"key":"name","stringValue":"x"}]}'},
        {"filter": '{"predicates":[{"operation":1,"key":"colour","stringValue":"x"}]}'},
        {"filter": '{"predicates":[{"operation":1,"key":"name"}]}'},
        {"filter": '{"predicates":[{"operation":1,"key":"created_at","timestampValue":"yesterday"}]}'},
        {"sort_by": "colour"},
        {"sort_by": "name sideways"},
        {"page_token": "bm9uc2Vuc2U="},
        {"page_size": -1},
    ],
)
def test_nonsense_in_lists_is_refused(client, wrong):
    with pytest.raises(ApiException) as caught:
        client.list_experiments(**wrong)
    assert caught.value.status == 400
