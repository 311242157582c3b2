"""Components that are notebooks: the cells run in a real Jupyter kernel, whose packages come into an environment of their own."""

import json
import os
from pathlib import Path

import pytest
from kfp import dsl
from tests.integration.standalone.engine.harness import Platform

RESULT = "/tmp/result.txt"


def notebook(path: Path) -> str:
    """A notebook with a parameter, which fails for an empty text."""

    def cell(number: int, source: str, *tags: str) -> dict[str, object]:
        kind = {"cell_type": "code", "execution_count": None, "outputs": [], "id": f"cell-{number}"}
        return kind | {"metadata": {"tags": list(tags)}, "source": source}

    cells = [
        cell(1, "text = 'not given'", "parameters"),
        cell(2, f"print('in the notebook:', text)\nassert text, 'no text'\nopen('{RESULT}', 'w').write(text.upper())"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return str(path)


def test_a_notebook_gets_its_parameters_and_fails_with_its_cell(platform: Platform, tmp_path: Path) -> None:
    @dsl.notebook_component(notebook_path=notebook(tmp_path / "study.ipynb"))
    def study(text: str) -> str:
        dsl.run_notebook(text=text)
        with open("/tmp/result.txt") as file:
            return file.read()

    @dsl.pipeline(name="notebook")
    def pipeline(text: str) -> str:
        return study(text=text).output

    result = platform.execute(pipeline, {"text": "hello"})
    if "could not be installed" in result.error:
        reason = "no package index in reach, which the Jupyter kernel comes from"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    assert result.outputs == {"Output": "HELLO"}, result.error
    assert "in the notebook: hello" in result.log("study")
    failed = platform.execute(pipeline, {"text": ""})
    assert failed.state == "FAILED"
    assert "no text" in failed.log("study")
