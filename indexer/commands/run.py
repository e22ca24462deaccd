"""`pprsearch run`: a file of queries -> a TREC run, which `evaluate` and every IR tool read."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from indexer.cli import EXIT_WARNINGS, complain, setting_options
from indexer.commands.output import open_output
from indexer.config import Config
from indexer.errors import InputError
from indexer.model import SearchRequest
from indexer.search import Searcher, open_index


@click.command(name="run", no_args_is_help=True)
@click.argument("queries", metavar="QUERIES.tsv", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, metavar="RUN.txt", type=click.Path(path_type=Path), help="file to write")
@click.option(
    "-n",
    "depth",
    type=click.IntRange(1, 100_000),
    default=100,
    metavar="N",
    help="hits for each query",
    show_default=True,
)
@click.option("--profile", metavar="NAME", default="default", help="ranking profile of ranking.toml", show_default=True)
@setting_options("corpus", "index")
def command(queries: Path, output: Path, depth: int, profile: str, config: Config) -> int:
    """Answer a file of queries, and write the run as TREC tools read it.

    Each line of QUERIES.tsv is a query id, a tab, and the words. Each line of RUN.txt is `qid Q0 doc_id rank score
    tag`; the tag is the profile.
    """
    asked, faulty = read_queries(queries)
    for message in faulty:
        complain(f"skipped: {message}")
    n_hits = 0
    with closing(open_index(config.index, config.corpus)) as searcher, open_output(output) as stream:
        for qid, text in asked:
            lines = run_lines(searcher, qid, text, depth, profile)
            stream.writelines(lines)
            n_hits += len(lines)
    click.echo(f"{output}: {n_hits} hits for {len(asked)} queries.", err=True)
    return EXIT_WARNINGS if faulty else 0


def read_queries(path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the (qid, query) pairs of a file, and a message for each line that is none; InputError without any."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # not `splitlines`: it also splits at U+2028
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}. Check the path.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8 ({error}). Save it as UTF-8.") from error
    asked: dict[str, str] = {}
    faulty = []
    for number, line in enumerate(lines, 1):
        qid, _, text = (part.strip() for part in line.partition("\t"))
        if not line.strip():
            continue
        if len(qid.split()) != 1 or not text:
            faulty.append(f"{path}, line {number}: not a query id without blanks, a tab, and words. Mend the line.")
        elif qid in asked:
            faulty.append(f"{path}, line {number}: the id '{qid}' was used before. Give each query its own.")
        else:
            asked[qid] = text
    if not asked:
        raise InputError(f"{path} holds no query. Each line is an id, a tab, and the words: Q1<TAB>video therapy")
    return list(asked.items()), faulty


def run_lines(searcher: Searcher, qid: str, text: str, depth: int, profile: str) -> list[str]:
    """Return the run of one query, best hit first, each line ended."""
    results = searcher.search(SearchRequest(text=text, size=depth, profile=profile))
    tag = "-".join(profile.split())  # blanks part the columns
    return [f"{qid} Q0 {hit.doc_id} {hit.rank} {hit.score:.6f} {tag}\n" for hit in results.hits]
