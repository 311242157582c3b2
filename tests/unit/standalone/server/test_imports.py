import subprocess
import sys

CHECK = """
import sys
import standalone.server.process
from standalone.engine import check
check({"pipelineInfo": {"name": "p"}, "root": {"dag": {"tasks": {}}}, "schemaVersion": "2.1.0"}, None)
loaded = {module.partition(".")[0] for module in sys.modules}
assert not loaded & {"kfp", "kfp_server_api", "pandas", "numpy", "sklearn"}, loaded
"""


def test_the_server_process_does_without_the_kfp_sdk():
    """It costs most of a second and 100 MB."""
    subprocess.run([sys.executable, "-c", CHECK], check=True)
