from io import BytesIO

import pandas as pd
import pytest
from kfp import dsl

from standalone.samples.data import BUCKETS, sample_objects
from standalone.samples.load import shipped_objects
from standalone.samples.pipelines import wine_data_validation


@pytest.fixture(scope="module")
def objects():
    return {(bucket, key): content for bucket, key, content in sample_objects()}


def test_every_table_is_there_as_csv_and_parquet_with_equal_content(objects):
    shapes = {"iris": (150, 5), "cancer": (569, 31), "diabetes": (442, 11), "wine": (178, 14)}
    for name, shape in shapes.items():
        csv = pd.read_csv(BytesIO(objects["datasets", f"{name}.csv"]))
        assert csv.shape == shape
        pd.testing.assert_frame_equal(csv, pd.read_parquet(BytesIO(objects["datasets", f"parquet/{name}.parquet"])))


def test_customers_look_like_customers(objects):
    customers = pd.read_csv(BytesIO(objects["datasets", "churn/customers.csv"]))
    assert customers["customer_id"].is_unique
    assert 0.15 < customers["churned"].mean() < 0.4
    assert 0.01 < customers["data_usage_gb"].isna().mean() < 0.05
    assert customers.drop(columns="data_usage_gb").notna().all(axis=None)
    left = customers[customers["churned"] == 1]
    assert left["tenure_months"].mean() < customers["tenure_months"].mean() - 5


def test_objects_are_the_same_each_time_and_fill_every_bucket(objects):
    assert {(bucket, key): content for bucket, key, content in sample_objects()} == objects
    assert {bucket for bucket, _ in objects} == set(BUCKETS)
    assert all((bucket, "README.md") in objects for bucket in BUCKETS)


def test_what_is_shipped_is_what_the_tables_make(objects):
    shipped = {(bucket, key): file.read_bytes() for bucket, key, file in shipped_objects()}
    assert set(shipped) == set(objects)
    for place, content in shipped.items():
        if place[1].endswith(".parquet"):  # another version of pyarrow writes other bytes
            pd.testing.assert_frame_equal(pd.read_parquet(BytesIO(content)), pd.read_parquet(BytesIO(objects[place])))
        else:
            assert content == objects[place], f"{place} is not what its table makes now: run `make samples`"


def test_note_on_the_datasets_states_every_table(objects):
    note = objects["datasets", "README.md"].decode()
    for bucket, key in objects:
        if bucket == "datasets" and key.endswith(".csv"):
            table = pd.read_csv(BytesIO(objects[bucket, key]))
            assert f"| `{key}` | {len(table)} | {len(table.columns)} |" in note


def test_pipeline_loads_the_very_table_of_the_bucket(objects, tmp_path):
    dataset = dsl.Dataset(uri=str(tmp_path / "wine.csv"))
    wine_data_validation.load_data.python_func(dataset=dataset)
    assert (tmp_path / "wine.csv").read_bytes() == objects["datasets", "wine.csv"]
