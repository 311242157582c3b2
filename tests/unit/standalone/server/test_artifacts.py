import pytest
from sqlalchemy import select

from standalone.engine import Artifact, State, TaskEvent, TaskKind, Values
from standalone.server.artifacts import delete_artifacts, record_artifacts
from standalone.server.database import Database, artifact_uses, artifacts

TIME = "2026-01-01T00:00:00.000000Z"
MODEL = Artifact(name="model", type="system.Model", uri="minio://mlpipeline/model")


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "test.db")
    yield database
    database.close()


def record(database, run_id: str, task_id: str, kind: TaskKind = TaskKind.CONTAINER, cached: bool = False, **sides: Values) -> None:
    task = TaskEvent(task_id=task_id, name=task_id, path=task_id, kind=kind, state=State.SUCCEEDED, cached=cached, **sides)
    with database.write() as connection:
        record_artifacts(connection, run_id, task, TIME)


def made(*listed: Artifact) -> Values:
    return Values(artifacts={"model": list(listed)})


def artifacts_by_run(database) -> list[tuple[str, str]]:
    with database.read() as connection:
        rows = connection.execute(select(artifacts.c.run_id, artifacts.c.task_id).order_by(artifacts.c.run_id))
        return [tuple(row) for row in rows]


def ids_used(database, run_id: str) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(artifact_uses.c.artifact_id).where(artifact_uses.c.run_id == run_id)).scalars())


def test_a_sub_pipeline_hands_on_the_artifact_of_its_step(database):
    record(database, "run", "train", outputs=made(MODEL))
    record(database, "run", "sub-pipeline", TaskKind.DAG, outputs=made(MODEL))
    record(database, "run", "evaluate", inputs=made(MODEL))
    assert artifacts_by_run(database) == [("run", "train")]
    assert len(ids_used(database, "run")) == 1


def test_two_steps_that_write_to_one_uri_made_two_artifacts(database):
    record(database, "run", "first", outputs=made(MODEL))
    record(database, "run", "second", outputs=made(MODEL, MODEL))
    assert artifacts_by_run(database) == [("run", "first"), ("run", "second"), ("run", "second")]


def test_a_step_that_runs_again_replaces_what_it_made(database):
    record(database, "run", "train", outputs=made(MODEL, MODEL))
    record(database, "run", "train", outputs=made(MODEL.model_copy(update={"metadata": {"accuracy": 1}})))
    assert len(ids_used(database, "run")) == 1
    with database.read() as connection:
        found = select(artifacts.c.metadata).where(artifacts.c.artifact_id.in_(ids_used(database, "run")))
        assert connection.execute(found).scalars().all() == [{"accuracy": 1}]


def test_a_cached_step_refers_to_the_earlier_run_whose_artifact_outlives_it(database):
    record(database, "earlier", "train", outputs=made(MODEL))
    record(database, "later", "train", cached=True, outputs=made(MODEL))
    assert ids_used(database, "earlier") == ids_used(database, "later")
    with database.write() as connection:
        delete_artifacts(connection, "earlier")
    assert artifacts_by_run(database) == [("earlier", "train")]
    with database.write() as connection:
        delete_artifacts(connection, "later")
    assert artifacts_by_run(database) == []


def test_artifacts_that_nobody_else_refers_to_are_forgotten_with_their_run(database):
    record(database, "run", "train", outputs=made(MODEL))
    with database.write() as connection:
        delete_artifacts(connection, "run")
    assert artifacts_by_run(database) == []
