"""`pprsearch evaluate`: judged queries -> measures of a ranking profile, and whether it is better than another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from indexer.cli import EXIT_WARNINGS, complain, setting_options
from indexer.commands.output import STANDARD_OUTPUT, open_output
from indexer.commands.run import read_queries
from indexer.commands.running import say
from indexer.config import Config
from indexer.evaluate import (
    MAIN,
    MEASURES,
    Bench,
    Comparison,
    Evaluation,
    JudgedSet,
    choose_profile,
    compare,
    evaluate,
    open_bench,
    read_evaluation,
    read_qrels,
    to_json,
)
from indexer.evaluation_report import VERDICTS, render_report


@click.command(name="evaluate", no_args_is_help=True)
@click.argument("queries", metavar="QUERIES.tsv", type=click.Path(path_type=Path))
@click.argument("qrels", metavar="QRELS.txt", type=click.Path(path_type=Path))
@click.option("--profile", metavar="NAME", help="ranking profile, or a FILE.toml with one  [default: default]")
@click.option("--compare", "other", metavar="NAME", help="is the profile better than this one, or a saved FILE.json?")
@click.option(
    "--records",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="evaluate on these records, in a temporary index, instead of the live index",
)
@click.option("--per-query", is_flag=True, help="also print every query")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="write a report with plots")
@click.option("--json", "json_", metavar="FILE", type=click.Path(path_type=Path), help="write a report; - prints it")
@setting_options("corpus", "index")
def command(
    queries: Path,
    qrels: Path,
    profile: str | None,
    other: str | None,
    records: Path | None,
    per_query: bool,
    html: Path | None,
    json_: Path | None,
    config: Config,
) -> int:
    """Measure how good a profile ranks judged queries.

    Each line of QUERIES.tsv is a query id, a tab, and the words; each line of QRELS.txt `qid 0 doc_id grade`. The first
    letter of an id is the kind of the query.
    """
    judged, faulty = read_judged(queries, qrels)
    with open_bench(config, say, records) as bench:
        evaluation = evaluate(bench, judged, choose_profile(bench.profiles, profile))
        compared = _other(bench, judged, other) if other else None
    comparison = compare(evaluation, compared) if compared else None
    if json_:
        with open_output(json_) as stream:
            stream.write(to_json(evaluation, compared, comparison))
    if html:
        with open_output(html) as stream:
            stream.write(render_report(evaluation, compared, comparison))
    if json_ != STANDARD_OUTPUT and html != STANDARD_OUTPUT:
        for line in _lines(evaluation, compared, comparison, per_query):
            click.echo(line)
    return EXIT_WARNINGS if faulty else 0


def read_judged(queries: Path, qrels: Path) -> tuple[JudgedSet, bool]:
    """Return a judged set, and whether lines of the queries were left out (each is named on standard error)."""
    asked, faulty = read_queries(queries)
    for message in faulty:
        complain(f"skipped: {message}")
    return JudgedSet(dict(asked), read_qrels(qrels)), bool(faulty)


def _other(bench: Bench, judged: JudgedSet, other: str) -> Evaluation:
    if other.endswith(".json"):
        return read_evaluation(Path(other))
    return evaluate(bench, judged, choose_profile(bench.profiles, other))


def _lines(
    evaluation: Evaluation, other: Evaluation | None, comparison: Comparison | None, per_query: bool
) -> Iterator[str]:
    """Yield the report for a terminal."""
    left_out = f"; {len(evaluation.skipped)} without a relevant digest left out" if evaluation.skipped else ""
    yield f"Profile '{evaluation.profile}' ({evaluation.digest}), {len(evaluation.scores)} queries{left_out}."
    yield ""
    yield f"{'':8}{'queries':>8}" + "".join(f"{name:>11}" for name in MEASURES)
    for kind in ("", *evaluation.kinds):
        means = "".join(f"{evaluation.mean(name, kind):>11.4f}" for name in MEASURES)
        yield f"{kind or 'all':8}{len(evaluation.values(MAIN, kind)):>8}{means}"
    if per_query:
        yield ""
        for qid in sorted(evaluation.scores, key=lambda qid: evaluation.scores[qid][MAIN]):
            gain = f"{comparison.gains[qid]:>+9.4f}" if comparison else ""
            yield f"{qid:8}{evaluation.scores[qid][MAIN]:>8.4f}{gain}  {_one_line(evaluation.queries[qid])}"
    if other and comparison:
        yield ""
        yield f"Compared with '{other.profile}' ({other.digest}), {MAIN} {other.mean():.4f}:"
        interval = f"95 % interval {comparison.low:+.4f} to {comparison.high:+.4f}"
        yield f"  difference {comparison.difference:+.4f} ({interval}), p = {comparison.p:.4f}"
        yield f"  {comparison.wins} wins, {comparison.ties} ties, {comparison.losses} losses"
        yield f"  smallest difference that these queries would show 4 times in 5: {comparison.detectable:.4f}"
        yield f"Verdict: {comparison.verdict}. {VERDICTS[comparison.verdict]}"


def _one_line(text: str) -> str:
    """Return a text for a line of a terminal: cut, and without characters that could steer it."""
    shown = "".join(char if char.isprintable() else "?" for char in text[:80])
    return shown if len(text) <= 80 else f"{shown[:79]}…"
