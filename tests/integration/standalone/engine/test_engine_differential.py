"""The corpus says of a pipeline what the SDK's own local runner makes of it.

Together with the corpus tests, which hold the engine to the same statements, this compares the two.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml
from tests.integration.standalone.engine.harness import CORPUS, compile_pipeline, load

COMPARED = """
    after component_defaults condition_in_nested_pipeline directory_artifact generic_artifact if_elif_else loop_collected_artifacts
    loop_dictionaries_from_output loop_output loop_parallelism model named_outputs nested_pipeline optional_artifact_absent
    optional_component_input parallel pipeline_named_outputs remote_uri sequential typed_collections
""".split()
"""One pipeline for each feature that the local runner has and gets right."""


def test_the_local_runner_agrees(tmp_path: Path) -> None:
    modules = {name: load(CORPUS / f"{name}.py") for name in COMPARED}
    for name, module in modules.items():
        spec, _ = compile_pipeline(module.pipeline, tmp_path)
        for executor in spec["deploymentSpec"]["executors"].values():
            command = executor.get("container", {}).get("command", [])
            if command[:2] == ["sh", "-c"]:
                del command[:3]
        (tmp_path / "pipelines").mkdir(exist_ok=True)
        (tmp_path / "pipelines" / f"{name}.yaml").write_text(yaml.safe_dump(spec))
        (tmp_path / "pipelines" / f"{name}.json").write_text(json.dumps(getattr(module, "ARGUMENTS", {})))
    script = Path(__file__).with_name("local_oracle.py")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(tmp_path / "pipelines")],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=150,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads(done.stdout.splitlines()[-1])
    assert {name: (results[name], module.OUTPUTS) for name, module in modules.items() if results[name] != module.OUTPUTS} == {}
