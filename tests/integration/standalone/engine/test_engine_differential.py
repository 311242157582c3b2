"""The corpus says of a pipeline what the SDK's own local runner makes of it, wherever that runner gets it right.

Together with the corpus tests, which hold the engine to the same statements, this compares the two.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.integration.standalone.engine.harness import CORPUS, compile_pipeline, load

SHARES = 2
"""The comparison is cut in parts of equal size, so that they can run at the same time."""


def comparable(share: int) -> dict[str, Any]:
    modules = {path.stem: load(path) for path in sorted(CORPUS.glob("*.py"))[share::SHARES]}
    return {name: module for name, module in modules.items() if hasattr(module, "OUTPUTS") and not hasattr(module, "LOCAL")}


@pytest.mark.parametrize("share", range(SHARES))
def test_the_local_runner_agrees(tmp_path: Path, share: int) -> None:
    modules = comparable(share)
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
    assert len(results) >= 10
