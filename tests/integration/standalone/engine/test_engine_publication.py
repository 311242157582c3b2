"""What a step may publish into another bucket, and what it may not."""

from pathlib import Path

import pytest
from kfp import dsl
from tests.integration.standalone.engine.harness import Platform


@dsl.component
def write(uri: str, kind: str, data: dsl.Output[dsl.Dataset]):
    import os

    if kind == "folder":
        os.makedirs(data.path)
        open(os.path.join(data.path, "part"), "w").write("x")
    elif kind == "link":
        os.symlink("/etc/passwd", data.path)
    else:
        open(data.path, "w").write("new")
    data.uri = uri


@dsl.pipeline(name="publication")
def publication(uri: str, kind: str = "file"):
    write(uri=uri, kind=kind)


def contents(platform: Platform) -> dict[str, str]:
    """All objects but those of runs."""
    buckets = platform.home / "buckets"
    found = [p for p in buckets.rglob("*") if p.is_file() and p.relative_to(buckets).parts[0] not in ("mlpipeline", ".store")]
    return {str(p.relative_to(buckets)): p.read_text() for p in found}


def test_a_new_object_of_an_existing_bucket(platform: Platform) -> None:
    before = contents(platform)
    result = platform.execute(publication, {"uri": "minio://data/models/churn/1.bin"})
    assert result.state == "SUCCEEDED", result.error
    assert contents(platform) == before | {"data/models/churn/1.bin": "new"}
    again = platform.execute(publication, {"uri": "minio://data/models/churn/1.bin"}, caching=False)
    assert (again.state, "such an object is there already" in again.error) == ("FAILED", True)
    assert contents(platform) == before | {"data/models/churn/1.bin": "new"}


@pytest.mark.parametrize(
    ("uri", "kind", "rule"),
    [
        ("minio://nowhere/a.bin", "file", "there is no such bucket"),
        ("minio://mlpipeline/a.bin", "file", "the bucket 'mlpipeline' is the platform's own"),
        ("minio://data/greeting.txt", "file", "such an object is there already"),
        ("minio://data/greeting.txt/below", "file", "cannot be published"),
        ("minio://data", "file", "cannot be published"),
        ("minio://.store/secret", "file", "there is no such bucket"),
        ("minio://data/../mlpipeline/a.bin", "file", "without '..'"),
        ("minio://data/way/a.bin", "file", "symbolic link"),
        ("minio://data/a.bin", "folder", "only a file can be published"),
        ("minio://data/a.bin", "link", "leads out of the run's folder"),
    ],
)
def test_anything_else_fails_the_step_and_writes_nothing(platform: Platform, tmp_path: Path, uri: str, kind: str, rule: str) -> None:
    (tmp_path / "elsewhere").mkdir(exist_ok=True)
    (platform.home / "buckets" / "data" / "way").symlink_to(tmp_path / "elsewhere")
    before = contents(platform)
    result = platform.execute(publication, {"uri": uri, "kind": kind})
    assert (result.state, rule in result.error) == ("FAILED", True), result.error
    assert contents(platform) == before
    assert list((tmp_path / "elsewhere").iterdir()) == []
