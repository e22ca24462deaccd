"""The entry point `pprsearch`: the commands of the engine, and `serve`."""

from __future__ import annotations

import sys

from indexer import COMMANDS, create_cli, run_cli

WEB_COMMANDS = {
    "serve": ("webui.serve:command", "Serve the search page."),
}


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_cli(create_cli({**COMMANDS, **WEB_COMMANDS})))
