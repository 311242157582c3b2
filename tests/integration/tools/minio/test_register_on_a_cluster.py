"""The register component as a cluster runs it: it uploads the model itself, to a real MinIO."""

from pathlib import Path

import pytest
from kfp.dsl import Metrics, Model

from evals.object_server import SECRET, USER, ObjectServer, store_of
from tools.kfp.components.register import register
from tools.minio.store import walk


@pytest.fixture
def server(minio: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> ObjectServer:
    for name in ("MINIO_ENDPOINT", "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", "MINIO_SECURE"):
        monkeypatch.delenv(name, raising=False)
    return minio


def artifacts(folder: Path) -> dict[str, Model | Metrics]:
    """Those of a step on a cluster, whose addresses are in its store."""
    (folder / "model").write_bytes(b"model")
    model, registered = (Model(uri=f"minio://mlpipeline/v2/artifacts/p/r/{name}") for name in ("train/model", "register/registered"))
    model.custom_path, registered.custom_path = str(folder / "model"), str(folder / "registered")
    return {"model": model, "metrics": Metrics(uri="minio://mlpipeline/m", metadata={"accuracy": 0.9}), "registered": registered}


def test_the_model_is_uploaded_with_keys_from_the_environment(
    server: ObjectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = artifacts(tmp_path)
    with pytest.raises(ValueError, match="lacks the environment variables MINIO_ENDPOINT, MINIO_ACCESS_KEY, MINIO_SECRET_KEY"):
        register.python_func(**given, model_name="churn", bucket="trained")
    monkeypatch.setenv("MINIO_ENDPOINT", server.url)
    monkeypatch.setenv("MINIO_ACCESS_KEY", USER)
    monkeypatch.setenv("MINIO_SECRET_KEY", SECRET)
    with pytest.raises(ValueError, match="there is no bucket trained"):
        register.python_func(**given, model_name="churn", bucket="trained")
    store = store_of(server.url)
    store.create_bucket("trained")
    register.python_func(**given, model_name="churn", bucket="trained", prefix="/team/")
    (key,) = [info.key for info in walk(store, "trained")]
    assert key.startswith("team/churn/")
    assert store.read("trained", key) == b"model"
    assert given["registered"].uri.startswith("minio://mlpipeline/")
    assert given["registered"].metadata["object"] == f"trained/{key}"
