from pathlib import Path

import pytest

from standalone.samples.data import BUCKETS
from standalone.samples.load import load, sample_pipelines, shipped_objects


class Folder:
    """Pipelines and objects as plain files: both protocols of the loader in their smallest form."""

    def __init__(self, root: Path):
        self.pipelines, self.objects = root / "pipelines", root / "objects"
        self.pipelines.mkdir()
        self.objects.mkdir()

    def pipeline_names(self):
        return [path.name for path in self.pipelines.iterdir()]

    def upload(self, name, description, package):
        (self.pipelines / name).write_bytes(description.encode() + b"\n" + package)

    def bucket_exists(self, bucket):
        return (self.objects / bucket).is_dir()

    def create_bucket(self, bucket):
        (self.objects / bucket).mkdir()

    def object_exists(self, bucket, key):
        return (self.objects / bucket / key).is_file()

    def put(self, bucket, key, content):
        path = self.objects / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def everything(self):
        return {path: path.read_bytes() for path in self.objects.parent.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def test_an_empty_platform_gets_everything(folder):
    report = load(folder, folder)
    assert report.pipelines_added == [pipeline.name for pipeline in sample_pipelines()]
    assert report.buckets_added == list(BUCKETS)
    contents = {f"{bucket}/{key}": file.read_bytes() for bucket, key, file in shipped_objects()}
    assert report.objects_added == list(contents)
    assert {key: (folder.objects / key).read_bytes() for key in contents} == contents
    assert not report.pipelines_kept and not report.objects_kept


def test_loading_again_changes_nothing(folder):
    first = load(folder, folder)
    before = folder.everything()
    second = load(folder, folder)
    assert folder.everything() == before
    assert not (second.pipelines_added or second.buckets_added or second.objects_added)
    assert second.pipelines_kept == first.pipelines_added
    assert second.objects_kept == first.objects_added


def test_what_a_person_put_there_stays_and_what_is_missing_comes_back(folder):
    load(folder, folder)
    folder.put("datasets", "iris.csv", b"mine")
    folder.upload("wine-data-validation", "mine", b"")
    (folder.objects / "datasets" / "wine.csv").unlink()
    report = load(folder, folder)
    assert report.objects_added == ["datasets/wine.csv"]
    assert (folder.objects / "datasets" / "iris.csv").read_bytes() == b"mine"
    assert (folder.pipelines / "wine-data-validation").read_bytes() == b"mine\n"
