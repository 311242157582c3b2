import re
from importlib.metadata import version

import pytest
import yaml
from packaging.requirements import Requirement

from standalone.samples.build import COMPILED, build
from standalone.samples.load import sample_pipelines

NAMES = ["breast-cancer-svm", "customer-churn-training", "diabetes-regression", "iris-classification", "wine-data-validation"]


def test_compiled_packages_are_current(tmp_path):
    fresh = {package.name: package.read_bytes() for package in build(tmp_path)}
    checked_in = {package.name: package.read_bytes() for package in COMPILED.glob("*.yaml")}
    assert sorted(fresh) == [f"{name}.yaml" for name in NAMES]
    assert fresh == checked_in, "stale: run `python -m standalone.samples.build` and commit the result"


def test_every_pipeline_and_parameter_is_described():
    pipelines = {pipeline.name: pipeline for pipeline in sample_pipelines()}
    assert list(pipelines) == NAMES
    for pipeline in pipelines.values():
        specification = yaml.safe_load(pipeline.package)
        assert pipeline.description
        for name, parameter in specification["root"]["inputDefinitions"]["parameters"].items():
            assert parameter.get("description"), f"{pipeline.name}: {name} has no description"
            assert parameter["isOptional"], f"{pipeline.name}: {name} has no default"


@pytest.mark.parametrize("name", NAMES)
def test_installed_packages_satisfy_every_component(name):
    executors = yaml.safe_load((COMPILED / f"{name}.yaml").read_text())["deploymentSpec"]["executors"].values()
    for executor in executors:
        assert executor["container"]["image"] == "python:3.11"
        for wanted in re.findall(r"'([a-z-]+[<>=][^']*)'", executor["container"]["command"][2]):
            requirement = Requirement(wanted)
            assert requirement.specifier.contains(version(requirement.name)), wanted
