"""Runs compiled pipelines with kfp.local, the SDK's own runner, and prints what each returns as one JSON object.

Takes a folder of compiled pipelines `<name>.yaml`, each with its arguments in `<name>.json`.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    # Otherwise it replaces the word python3 wherever it stands, and asks a package index for the SDK in every step.
    sys.executable = "python3"
    os.environ["PATH"] = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    from kfp import components, local

    results: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        with tempfile.TemporaryDirectory() as root, contextlib.redirect_stdout(io.StringIO()):
            local.init(local.SubprocessRunner(use_venv=False), pipeline_root=root, raise_on_error=True)
            pipeline = components.load_component_from_text(path.read_text())
            try:
                task = pipeline(**json.loads(path.with_suffix(".json").read_text()))
            except (ValueError, RuntimeError, TypeError, OSError) as error:
                results[path.stem] = {"error": str(error)}
                continue
            results[path.stem] = {name: value for name, value in task.outputs.items() if isinstance(value, str | int | float | list | dict)}
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
