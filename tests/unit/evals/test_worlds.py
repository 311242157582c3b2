"""Worlds and what is made of them: descriptions checked, code that compiles, files of their kinds, other names for everything."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from pypdf import PdfReader

from evals.chat.cases import load_cases
from evals.chat.perturbation import perturbed
from evals.errors import EvalError
from evals.worlds import files
from evals.worlds.description import World, load_world
from evals.worlds.pipelines import compiled, variants
from tools.kfp.model import parameters_of, steps_of
from tools.names import normal

WORLDS = Path(__file__).parents[3] / "evals" / "worlds"
each_world = pytest.mark.parametrize("name", ["a", "b", "c"])


def world_of(**parts: Any) -> World:
    return World.model_validate({"pipelines": [{"name": "Köln Modell", "params": [{"name": "type", "type": "int"}]}], **parts})


@each_world
def test_pipelines_take_what_the_world_says(name: str) -> None:
    world = load_world(WORLDS / name / "world.yaml")
    for pipeline in world.pipelines:
        last = variants(world, pipeline)[-1]
        ir = yaml.safe_load(compiled(last))
        told = {p.name: (p.type, p.default) for p in parameters_of(ir)}
        assert told == {p.name: (p.type, p.default) for p in pipeline.params}
        assert len(steps_of(ir)) == len(last.steps)


def test_unusual_names_compile() -> None:
    details = {"r": {"steps": ["Étape 1", "Étape 2", "print"], "artifacts": ["type", "model", "metrics"]}}
    runs = [{"name": "r", "pipeline": "Köln Modell", "arguments": {"type": 3}, "metrics": {"x": 1}}]
    world = world_of(runs=runs, extras={"run_details": details})
    ir = yaml.safe_load(compiled(variants(world, world.pipelines[0])[-1]))
    assert len(steps_of(ir)) == 3
    assert [p.required for p in parameters_of(ir)] == [True]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pipelines: [", "no readable YAML"),
        ("- a", "describes no world"),
        ("pipelines: [{name: p, params: [{name: x, type: complex}]}]", "pipelines.0.params.0.type"),
        ("pipelines: [{name: p, params: [{name: a-b, type: int}]}]", "cannot be a parameter"),
        ("runs: [{name: r, pipeline: nothing}]", "'r' is of pipeline 'nothing'"),
        ("pipelines: [{name: p}]\nruns: [{name: r, pipeline: p, arguments: {x: 1}}]", "does not take"),
        ("pipelines: [{name: p}, {name: p}]", "several pipelines are called 'p'"),
        ("pipelines: [{name: p}]\nruns: [{name: r, pipeline: p, state: lost}]", "runs.0.state"),
        ("extras: {run_details: {r: {steps: [a], failed_step: b}}}", "has no step 'b'"),
    ],
)
def test_a_bad_world_is_refused_in_words(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "world.yaml"
    file.write_text(text)
    with pytest.raises(EvalError, match=reason):
        load_world(file)


def test_synonyms_and_unknown_keys_are_taken() -> None:
    world = World.model_validate(
        {
            "motto": "unknown",
            "pipelines": [{"name": "p", "parameters": [{"name": "x", "type": "Integer", "default": 1}]}],
            "runs": [{"name": "r", "pipeline": "p", "state": "SUCCEEDED"}, {"name": "s", "pipeline": "p", "state": "cancelled"}],
        }
    )
    assert world.pipelines[0].params[0].type == "int"
    assert [run.state for run in world.runs] == ["succeeded", "canceled"]


def test_files_are_what_they_are_called() -> None:
    assert len(pd.read_csv(io.BytesIO(files.content("a/b.csv")))) == len(pd.read_parquet(io.BytesIO(files.content("x", "parquet"))))
    assert json.loads(files.content("ü.json"))["name"] == "ü.json"
    assert yaml.safe_load(files.content("spec.yml"))["version"] == 3
    assert "weights" in pickle.loads(files.content("model.pkl"))
    assert "notes" in PdfReader(io.BytesIO(files.content("q1 (draft).pdf"))).pages[0].extract_text()
    assert files.content("x.png").startswith(b"\x89PNG")
    assert files.content("a.bin") != files.content("b.bin") == files.content("b.bin")
    assert "mlops handbook" in PdfReader(io.BytesIO(files.document("mlops-handbook.pdf"))).pages[0].extract_text()


@each_world
def test_perturbed_conversations_are_about_the_perturbed_world(name: str) -> None:
    world, cases = load_world(WORLDS / name / "world.yaml"), load_cases(WORLDS / name / "cases.jsonl")
    other, changed = perturbed(world, cases, seed=7)
    assert perturbed(world, cases, seed=7) == (other, changed)
    assert perturbed(world, cases, seed=8)[0] != other
    kinds = {"pipeline": other.pipelines, "run": other.runs, "schedule": other.schedules, "bucket": other.buckets}
    old = {"pipeline": world.pipelines, "run": world.runs, "schedule": world.schedules, "bucket": world.buckets}
    for before, after in zip(cases, changed, strict=True):
        for was, now in zip(before.expect, after.expect, strict=True):
            for kind, things in kinds.items():
                if was.args.get(kind) in {one.name for one in old[kind]}:
                    assert now.args[kind] in {one.name for one in things}
                    assert now.args[kind] != was.args[kind]
                    if normal(was.args[kind]) in normal(" ".join(before.turns)):
                        assert normal(now.args[kind]) in normal(" ".join(after.turns))
    assert sum(a.turns != b.turns for a, b in zip(cases, changed, strict=True)) > 0.9 * len(cases)
