"""`pprsearch fetch`: the live blog -> a web archive in corpus/pages, politely."""

from __future__ import annotations

import sys

import click

from indexer.build import PAGES
from indexer.cli import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_WARNINGS, complain, setting_options
from indexer.config import Config
from indexer.errors import ConfigError
from indexer.fetch import Collected, Manners, fetch

DEFAULTS = Manners(contact="")


@click.command(name="fetch")
@click.argument("start", metavar="[START_URL]", required=False)
@click.option("--all", "to_the_end", is_flag=True, help="walk every list to its end, not only until nothing is new")
@click.option("--yes", is_flag=True, help="do not ask before the walk begins")
@click.option(
    "--interval",
    metavar="SECONDS",
    type=click.FloatRange(0, 3600),
    default=DEFAULTS.interval,
    help=f"between requests; less than 2 only on this machine  [default: {DEFAULTS.interval:g}]",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0.1, 3600),
    default=DEFAULTS.timeout,
    help=f"of silence until an answer is given up  [default: {DEFAULTS.timeout:g}]",
)
@click.option(
    "--max-pages",
    metavar="N",
    type=click.IntRange(1),
    default=DEFAULTS.max_requests,
    help=f"stop after so many requests  [default: {DEFAULTS.max_requests}]",
)
@click.option(
    "--max-minutes",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    default=DEFAULTS.max_minutes,
    help=f"stop after so much time  [default: {DEFAULTS.max_minutes:g}]",
)
@click.option(
    "--max-mb",
    metavar="MB",
    type=click.FloatRange(0, min_open=True),
    default=DEFAULTS.max_mb,
    help=f"stop after so much has come in  [default: {DEFAULTS.max_mb:g}]",
)
@setting_options("corpus", "contact", "max_page_mb")
def command(
    start: str | None,
    to_the_end: bool,
    yes: bool,
    interval: float,
    timeout: float,
    max_pages: int,
    max_minutes: float,
    max_mb: float,
    config: Config,
) -> int:
    """Collect the live blog into a web archive (WARC) in corpus/pages.

    START_URL is the address of the blog's list of digests; without it the setting `blog` is taken. The whole list, each
    topic and each type of research is read page by page: the first time to the end, later until a page without anything
    new. robots.txt is obeyed. Interrupted, it goes on where it stopped when it is started again.

    Exit codes: 0 done, 3 done with warnings or stopped on the way, 1 nothing collected, 2 wrong usage.
    """
    start = start or config.blog
    if not start:
        raise click.UsageError("Give the address of the blog's list of digests, or set `blog` in pprsearch.toml.")
    _check_contact(config.contact)
    folder = config.corpus / PAGES
    manners = Manners(config.contact, interval, timeout, config.max_page_mb, max_pages, max_minutes, max_mb)

    def confirm(expectation: str) -> bool:
        click.echo(expectation)
        return yes or not sys.stdin.isatty() or click.confirm("Go on?", default=True)

    try:
        done = fetch(folder, start, manners, to_the_end=to_the_end, tell=click.echo, confirm=confirm)
    except KeyboardInterrupt as interrupt:
        complain(f"pprsearch: stopped. What was fetched is in {folder}; start it again to go on from there.")
        return EXIT_INTERRUPTED if type(interrupt) is KeyboardInterrupt else EXIT_TERMINATED
    _report(done)
    if done.stopped and not done.walks:
        return EXIT_FAILED
    return EXIT_WARNINGS if done.stopped or done.doubts else 0


def _check_contact(contact: str) -> None:
    """ConfigError unless there is an address by which whoever runs the blog can reach whoever fetches."""
    if not contact or not ("@" in contact or "://" in contact) or not (contact.isascii() and contact.isprintable()):
        shown = f"'{contact}' is no address" if contact else "There is no contact"
        raise ConfigError(
            f"{shown}. Whoever runs the blog must be able to reach you: give an e-mail or web address with --contact, "
            "or set `contact` in pprsearch.toml."
        )


def _report(done: Collected) -> None:
    for doubt in done.doubts:
        complain(f"warning: {doubt}")
    ends = [walk.end for walk in done.walks]
    reused = f", {done.reused} from the run before that was interrupted" if done.reused else ""
    click.echo(
        f"{done.pages} pages fetched, {done.unchanged} unchanged{reused}; {len(done.new_ids)} digests not seen by "
        f"earlier runs; {len(ends)} lists walked: {ends.count('last-page')} to the end, {ends.count('known-page')} "
        f"until nothing was new, {ends.count('stopped')} broken off."
    )
    if done.stopped:
        complain(f"Stopped: {done.stopped}")
    click.echo(f"Written to {done.path}. Bring the index up to date with: pprsearch update")
