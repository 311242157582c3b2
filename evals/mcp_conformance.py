"""Runs the Model Context Protocol's own conformance suite (npm: @modelcontextprotocol/conformance) against `swarm mcp --http`.

`python -m evals.mcp_conformance` fetches the suite, and the Node that it wants, with npx: it needs the network. What is not passed
stands with the reason in mcp_conformance.yaml; the exit code is that of the suite, 1 when anything else fails.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from standalone.platform import stop_server

NPX = ["npx", "--yes", "--package=node@22", "--package=@modelcontextprotocol/conformance@0.2.0-alpha.12"]
KNOWN = Path(__file__).with_suffix(".yaml")
SWARM = str(Path(sys.executable).parent / "swarm")


def main() -> int:
    """Serve, run the suite, and stop; its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SWARM_HOME": folder}
        command = [SWARM, "mcp", "--http", "--port", "0"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            try:
                said = server.stdout.readline() if server.stdout else ""
                address = said.split()[-1]
                suite = [*NPX, "conformance", "server", "--url", address, "--expected-failures", str(KNOWN)]
                return subprocess.run(suite, cwd=folder, check=False).returncode
            finally:
                server.terminate()
                stop_server(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
