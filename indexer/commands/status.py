"""`pprsearch status`: what is live, what waits, what was set aside, and what the last run said."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence

import click

from indexer.cli import setting_options
from indexer.commands.running import count
from indexer.config import Config
from indexer.history import RunReport
from indexer.ledger import file_of
from indexer.status import Status, read_status

MOST_NAMES = 10  # of one list on the screen; --json has all


@click.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="print the whole of it as JSON, for machines")
@setting_options("corpus", "index")
def command(as_json: bool, config: Config) -> None:
    """Say what is live, what the last run did, and what waits.

    Captures wait for an update, or were set aside by a rollback.
    """
    status = read_status(config)
    if as_json:
        facts = dataclasses.asdict(status)
        facts["run"]["warnings"] = status.run.warnings
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for line in _lines(status, config):
        click.echo("".join(char if char.isprintable() else "?" for char in line))


def _lines(status: Status, config: Config) -> Iterator[str]:
    digests = f"{count(status.digests, 'digest')} from {status.source}"
    newest = f", the newest of {status.newest_month}" if status.newest_month else ""
    yield f"{config.index}: generation {status.generation} is live: {digests}{newest}."
    yield f"last run: {_describe(status.run)}"
    warnings = ", ".join(f"{code} {n}" for code, n in status.run.warnings.items())
    yield f"warnings: {warnings or 'none'}"
    yield f"captures in use: {status.captures}"
    aside = list(dict.fromkeys(f"{file_of(one.path)} (by undoing {one.run})" for one in status.set_aside))
    for label, names, remedy in (
        ("waiting for an update", _files(status.waiting), "take them with: pprsearch update"),
        ("missing in corpus/pages", _files(status.missing), "put them back from your backup"),
        ("set aside", aside, "take one back by naming it: pprsearch update FILE"),
    ):
        if names:
            yield f"captures {label}: {_some(names)}; {remedy}"
    if status.tombstones:
        yield f"digests that are gone: {_some([f'{stone.doc_id}: {stone.reason}' for stone in status.tombstones])}"
    if status.slow:
        yield f"searches are slower than they could be: {status.slow}"
    if status.is_writing:
        yield "a run is writing to the index now"


def _describe(run: RunReport) -> str:
    words = (run.command or "not told", run.restores and f"to {run.restores}", run.at and f"on {run.at}")
    return (
        f"{' '.join(word for word in words if word)}: {len(run.added)} added, {len(run.changed)} changed, "
        f"{len(run.removed)} removed, {run.unchanged} unchanged, {len(run.skipped)} skipped"
    )


def _files(paths: Iterable[str]) -> list[str]:
    """Return the files that pages lie in, each once: an archive holds many."""
    return list(dict.fromkeys(map(file_of, paths)))


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return f"{len(names)} ({', '.join(names[:MOST_NAMES])}{f' and {more} more' if more > 0 else ''})"
