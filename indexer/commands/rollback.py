"""`pprsearch rollback`: back to the generation before the live one; what the undone runs brought is set aside."""

from __future__ import annotations

import click

from indexer.cli import EXIT_WARNINGS, complain, setting_options
from indexer.commands.running import count
from indexer.config import Config
from indexer.ledger import file_of
from indexer.rollback import roll_back


@click.command(name="rollback")
@click.argument("generation", required=False, metavar="[GENERATION]")
@setting_options("index")
def command(generation: str | None, config: Config) -> int:
    """Undo the last run: go back to the generation before it.

    GENERATION is the name of an earlier one to go back to, such as 000002; see pprsearch history.

    The captures that the undone runs brought stay in corpus/pages and are set aside: updates leave them out until one
    of them is named: pprsearch update FILE. `pprsearch status` lists them.

    Exit codes: 0 done, 3 done with warnings, 1 nothing switched, 2 wrong usage.
    """
    name, done = roll_back(config.index, generation, config.keep_generations)
    digests = count(done.target.articles, "digest")
    click.echo(f"{config.index}: generation {name} is live, with the {digests} of {done.target.name}.")
    for entry in done.undone:
        run = entry.run
        changes = f"{len(run.added)} added, {len(run.changed)} changed, {len(run.removed)} removed"
        click.echo(f"undone: {entry.name}{f' ({run.command} of {run.at}: {changes})' if run.command else ''}")
    for path in dict.fromkeys(file_of(capture.path) for capture in done.aside):
        click.echo(f"set aside: {path}")
    for entry in done.unknown:
        complain(
            f"warning: the report of {entry.name} cannot be read, so its captures are not set aside: the next update "
            "takes them again. Move them out of corpus/pages before, if they are unwanted. [captures-unknown]"
        )
    return EXIT_WARNINGS if done.unknown else 0
