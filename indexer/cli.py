"""The command line: one table of commands, each loaded when it is called, and one place where errors become exit codes.

Exit codes: 0 done, 1 nothing done (the message says why), 2 wrong usage, 3 done with warnings, 130 or 143 interrupted.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from indexer.config import DEBUG_VARIABLE, Config, convert_setting, flag_of, load_config
from indexer.errors import ConfigError, PprSearchError

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_WARNINGS = 3
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells count
EXIT_TERMINATED = 143  # 128 + SIGTERM

# name -> (where its click command is, what it does)
Table = Mapping[str, tuple[str, str]]
COMMANDS: Table = {
    "fetch": ("indexer.commands.fetch:command", "Collect new pages from the live blog into corpus/pages."),
    "build": ("indexer.commands.build:command", "Read pages or records, make a new index, switch to it."),
    "update": ("indexer.commands.update:command", "Store new captures and bring the index up to date with them."),
    "remove": ("indexer.commands.remove:command", "Remove a digest, and say why at its address."),
    "search": ("indexer.commands.search:command", "Search the index and print ranked digests and facets."),
    "explain": ("indexer.commands.explain:command", "Say why a digest stands where it does for some words."),
    "run": ("indexer.commands.run:command", "Answer a file of queries with a TREC run."),
    "export": ("indexer.commands.export:command", "Write the records of the live index."),
    "evaluate": ("indexer.commands.evaluate:command", "Measure a ranking profile on judged queries, and compare two."),
    "tune": ("indexer.commands.tune:command", "Search better ranking weights on judged queries."),
    "compile": ("indexer.commands.compile:command", "Make the compiled arrays of the live index anew."),
    "history": ("indexer.commands.history:command", "List the kept generations and what made them."),
    "status": ("indexer.commands.status:command", "Say what is live, what the last run did, and what waits."),
    "check": ("indexer.commands.check:command", "Compare every file of the index with what was written."),
    "rollback": ("indexer.commands.rollback:command", "Undo the last run: go back to the generation before it."),
    "config": ("indexer.commands.config:command", "Show every setting and where its value comes from."),
}


class _ReaderLeft(Exception):
    """Whoever read standard output has closed it."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `pprsearch config` loads no engine and no parser."""

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self._table:
            close = difflib.get_close_matches(args[0], self._table, n=1)
            hint = f"Did you mean '{close[0]}'?" if close else f"The commands are: {', '.join(self._table)}."
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderLeft from error  # click would make it exit code 1

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in self._table.items()])


def create_cli(table: Table = COMMANDS) -> click.Group:
    """Return the command group over a table of commands."""
    help = "Search the digests of the PPRNet blog, and keep their index.\n\npprsearch COMMAND --help tells more."
    cli = LazyGroup(table, name="pprsearch", help=help, context_settings={"help_option_names": ["-h", "--help"]})
    version = click.version_option(package_name="pprnet-search", message="pprsearch %(version)s")
    return version(cli)


def run_cli(cli: click.Group, arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; every error becomes one message on stderr, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # titles hold curly quotes, and not every terminal has them
    try:
        with _terminable():
            result = cli.main(arguments, prog_name="pprsearch", standalone_mode=False)
        if sys.stdout is not None:  # None: started with standard output closed
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return EXIT_USAGE
    except click.ClickException as error:
        complain(f"{_usage(error)}pprsearch: {error.format_message()}")
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except PprSearchError as error:
        complain(f"pprsearch: {error}")
        return EXIT_FAILED
    except (KeyboardInterrupt, click.Abort) as error:
        complain("pprsearch: interrupted. The live index is whole; what was not finished is dropped.")
        terminated = any(isinstance(cause, _Terminated) for cause in (error, error.__cause__))
        return EXIT_TERMINATED if terminated else EXIT_INTERRUPTED
    except (BrokenPipeError, _ReaderLeft):  # `pprsearch export | head`: the reader has what it wanted
        return _close_output()
    except OSError as error:
        where = f"{error.filename} cannot be used" if error.filename else "The output cannot be written"
        complain(f"pprsearch: {where}: {error.strerror or error}. Check the path, its permissions and the free space.")
        _close_output()
        return EXIT_FAILED
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        hint = f"Set {DEBUG_VARIABLE}=1 to see the details, and report them."
        complain(f"pprsearch: unexpected error ({type(error).__name__}: {error}). {hint}")
        return EXIT_FAILED


def complain(message: str) -> None:
    """Print a message on standard error, as far as that is there.

    File names come from outside: characters that could steer a terminal are shown as "?".
    """
    shown = "".join(char if char.isprintable() or char == "\n" else "?" for char in message)
    with contextlib.suppress(OSError):
        click.echo(shown, err=True)


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
                flag_of(name),
                name,
                metavar=field.metadata["unit"].upper(),
                help=field.metadata["help"] + (f"  [default: {field.default}]" if field.default != "" else ""),
                callback=_check_flag,
            )
            with_config = option(with_config)
        return with_config

    return decorate


def _check_flag(ctx: click.Context, parameter: click.Parameter, value: str | None) -> object:
    """A wrong flag is wrong usage; the same value in the environment or in a file is a faulty setting."""
    if value is None or parameter.name is None:
        return None
    try:
        return convert_setting(parameter.name, value, flag_of(parameter.name))
    except ConfigError as error:
        raise click.UsageError(str(error), ctx) from error


def _usage(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    usage = f"{context.get_usage()}\n" if context else ""
    return f"{usage}More with: {context.command_path if context else 'pprsearch'} --help\n\n"


def _close_output() -> int:
    """Let the interpreter's last flush go nowhere, or it would complain again."""
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


class _Terminated(KeyboardInterrupt):
    """SIGTERM came: what Ctrl-C would do, so that locks and half-made folders are cleared on the way out."""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    def stop(signum: int, frame: object) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
