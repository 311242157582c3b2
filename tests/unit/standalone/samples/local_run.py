"""Run one compiled package with `kfp.local`, in a process of its own because that keeps its state in globals.

Usage: python local_run.py PACKAGE ROOT ARGUMENTS-AS-JSON
"""

import json
import sys
from pathlib import Path

import yaml
from kfp import components, local

package, root, arguments = sys.argv[1:]
specification = yaml.safe_load(Path(package).read_text())
for executor in specification["deploymentSpec"]["executors"].values():
    # the first three words run pip; a test must not touch its own environment (test_sample_build checks that it satisfies the packages)
    executor["container"]["command"] = executor["container"]["command"][3:]
local.init(local.SubprocessRunner(use_venv=False), pipeline_root=root)
components.load_component_from_text(yaml.safe_dump(specification))(**json.loads(arguments))
