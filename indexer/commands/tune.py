"""`pprsearch tune`: judged queries -> a new ranking profile in a file of its own; the live one is never touched."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from indexer.cli import EXIT_WARNINGS, complain, setting_options
from indexer.commands.evaluate import read_judged
from indexer.commands.output import open_output
from indexer.commands.running import say
from indexer.config import Config
from indexer.evaluate import MAIN, choose_profile, open_bench
from indexer.ranking import RANKING_TABLE
from indexer.tune import Tuning, TuningSet, n_steps, to_toml, tune


@click.command(name="tune")
@click.argument("queries", metavar="[QUERIES.tsv", required=False, type=click.Path(path_type=Path))
@click.argument("qrels", metavar="QRELS.txt]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, metavar="FILE.toml", type=click.Path(path_type=Path), help="file to write"
)
@click.option("--profile", metavar="NAME", help="profile to start from, or a FILE.toml with one  [default: default]")
@click.option("--trials", type=click.IntRange(2, 10_000), default=60, show_default=True, help="weights tried per fold")
@click.option("--folds", type=click.IntRange(2, 100), default=5, show_default=True, help="parts, each held out once")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="same seed, same result")
@click.option(
    "--records",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="tune on these records, in a temporary index, instead of the live index",
)
@click.option(
    "--set",
    "further",
    nargs=3,
    multiple=True,
    metavar="QUERIES.tsv QRELS.txt RECORDS",
    type=click.Path(path_type=Path),
    help="tune on this judged set too, each set counting the same; may be repeated",
)
@setting_options("corpus", "index")
def command(
    queries: Path | None,
    qrels: Path | None,
    output: Path,
    profile: str | None,
    trials: int,
    folds: int,
    seed: int,
    records: Path | None,
    further: tuple[tuple[Path, Path, Path], ...],
    config: Config,
) -> int:
    """Search better weights for a profile on judged queries, and write them to a new file.

    Queries are held out in turn: the gain on them is what to expect of the weights. Exit code 3: no such gain is shown.
    """
    if (queries is None) != (qrels is None) or not (queries or further):
        raise click.UsageError("Give QUERIES.tsv and QRELS.txt, or at least one --set.")
    if output.name == RANKING_TABLE and output.resolve().parent == config.corpus.resolve():
        raise click.UsageError(f"{output} is the live ranking table, which is never overwritten. Name another file.")
    named: list[tuple[Path, Path, Path | None]] = [(queries, qrels, records)] if queries and qrels else []
    named += further
    with contextlib.ExitStack() as stack:
        sets: list[TuningSet] = []
        for queries_path, qrels_path, records_path in named:
            judged, _ = read_judged(queries_path, qrels_path)
            bench = stack.enter_context(open_bench(config, say, records_path))
            sets.append(TuningSet(_name(queries_path, sets), bench, judged))
        start = choose_profile(sets[0].bench.profiles, profile)
        bar = click.progressbar(
            length=n_steps(trials, folds), label="Tuning", file=sys.stderr, hidden=not sys.stderr.isatty()
        )
        with bar:
            tuning = tune(sets, start, trials=trials, folds=folds, seed=seed, tell=lambda: bar.update(1))
    with open_output(output) as stream:
        stream.write(to_toml(tuning, [chosen.name for chosen in sets]))
    for line in _lines(tuning):
        click.echo(line, err=True)
    click.echo(f"{output}: compare it with: pprsearch evaluate ... --profile {output} --compare {start.name}", err=True)
    if tuning.is_shown:
        return 0
    complain(
        "warning: on queries held out, the gain is not shown. These weights may fit the queries they were chosen by "
        "and no others; do not take them over without more judged queries."
    )
    return EXIT_WARNINGS


def _name(queries: Path, before: list[TuningSet]) -> str:
    """Return a short name that no set before has: the folder and the file."""
    name = "/".join(queries.absolute().parts[-2:])
    return name if name not in {chosen.name for chosen in before} else f"{name} ({len(before) + 1})"


def _lines(tuning: Tuning) -> Iterator[str]:
    gain = tuning.held_out_gain
    yield f"{MAIN}: '{tuning.start.name}' {tuning.before:.4f}, tuned {tuning.after:.4f}, on all queries."
    yield f"Over {tuning.folds} folds: {tuning.train:.4f} on the queries chosen by, {tuning.held_out:.4f} held out."
    interval = f"95 % interval {gain.low:+.4f} to {gain.high:+.4f}"
    yield f"Held-out gain by query: {gain.difference:+.4f} ({interval}, p = {gain.p:.4f}): {gain.verdict}."
    yield f"{'':22}{'before':>9}{'tuned':>9}{'-20 %':>9}{'+20 %':>9}"
    for name, (down, up) in tuning.sensitivity.items():
        yield f"{name:22}{tuning.start[name]:>9g}{tuning.weights[name]:>9g}{down:>+9.4f}{up:>+9.4f}"
