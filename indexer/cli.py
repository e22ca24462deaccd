"""The command line: one table of commands, each loaded when it is called, and one place where errors become exit codes.

Exit codes: 0 done, 1 nothing done (the message says why), 2 wrong usage, 3 done with warnings, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import click

from indexer.config import Config, load_config
from indexer.errors import PprSearchError

EXIT_FAILED = 1
EXIT_WARNINGS = 3
EXIT_INTERRUPTED = 130
DEBUG_VARIABLE = "PPRSEARCH_DEBUG"

# name -> (where its click command is, what it does)
Table = Mapping[str, tuple[str, str]]
COMMANDS: Table = {
    "build": ("indexer.commands.build:command", "Read pages or records, make a new index, switch to it."),
    "search": ("indexer.commands.search:command", "Search the index and print ranked digests and facets."),
    "run": ("indexer.commands.run:command", "Answer a file of queries with a TREC run."),
    "export": ("indexer.commands.export:command", "Write the records of the live index."),
    "config": ("indexer.commands.config:command", "Show every setting and where its value comes from."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `pprsearch search` never loads the HTML parser."""

    def __init__(self, table: Table, **options: Any) -> None:
        super().__init__(**options)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        module, _, attribute = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in self._table.items()])


def create_cli(table: Table = COMMANDS) -> click.Group:
    """Return the command group over a table of commands."""
    help = "Search the digests of the PPRNet blog, and keep their index."
    return LazyGroup(table, name="pprsearch", help=help, context_settings={"help_option_names": ["-h", "--help"]})


def run_cli(cli: click.Group, arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; every error becomes one message on stderr, never a traceback."""
    try:
        result = cli.main(arguments, prog_name="pprsearch", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except PprSearchError as error:
        click.echo(f"pprsearch: {error}", err=True)
        return EXIT_FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo("pprsearch: interrupted; the index is as it was before.", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `pprsearch export | head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        hint = f"Set {DEBUG_VARIABLE}=1 to see the details, and report them."
        click.echo(f"pprsearch: unexpected error ({type(error).__name__}: {error}). {hint}", err=True)
        return EXIT_FAILED


def setting_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the flags of some settings; its function gets the `Config` in force as `config`."""
    fields = Config.__dataclass_fields__

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def with_config(**arguments: Any) -> Any:
            flags = {name: arguments.pop(name) for name in names}
            return function(config=load_config(flags)[0], **arguments)

        with_config.__doc__ = function.__doc__
        with_config.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
        for name in reversed(names):
            field = fields[name]
            option = click.option(
                f"--{name.replace('_', '-')}",
                name,
                metavar=field.metadata["unit"].upper(),
                help=f"{field.metadata['help']} (default: {field.default})",
            )
            with_config = option(with_config)
        return with_config

    return decorate
