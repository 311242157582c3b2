"""`python -m standalone`: the pipeline server's own command line."""

import argparse
import gc
import sys
from pathlib import Path

from standalone import platform


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands serve, status, stop; the exit code is 0, 1 when it failed, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    home: Path = options.home.expanduser().absolute()
    try:
        if options.command == "serve":
            return _serve(home, options.port, options.log_level)
        if options.command == "status":
            return _status(home)
        _say("The server was stopped." if platform.stop_server(home) else f"No server is running for {home}.")
    except platform.PlatformError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command line speaks on its streams
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m standalone", description="Kubeflow Pipelines' API on this machine alone.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the API until SIGTERM")
    status = commands.add_parser("status", help="tell whether a server runs, and where")
    stop = commands.add_parser("stop", help="stop the server; runs go on")
    for command in (serve, status, stop):
        command.add_argument("--home", type=Path, required=True, help="folder of the platform's data")
    serve.add_argument("--port", type=_port, default=0, help="port on 127.0.0.1 (default: the one of last time, or a free one)")
    serve.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError
    return port


def _serve(home: Path, port: int, log_level: str) -> int:
    gc.disable()  # loading the web framework makes much and drops little: a tenth of the start-up would go into looking
    from standalone.server.process import serve

    gc.freeze()  # nor is there anything to find later in what was loaded
    gc.enable()
    serve(home, port, log_level)
    return 0


def _status(home: Path) -> int:
    address = platform.server_status(home)
    if address is None:
        _say(f"No server is running for {home}.")
        return 1
    _say(f"Serving {address.url}\nThe token is in {platform.address_file(home)}.")
    return 0


def _say(text: str) -> None:
    print(text)  # noqa: T201 - a command line speaks on its streams


if __name__ == "__main__":
    sys.exit(main())
