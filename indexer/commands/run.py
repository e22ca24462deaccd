"""`pprsearch run`: a file of queries -> a TREC run, which `evaluate` and every IR tool read."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.cli import EXIT_WARNINGS, setting_options
from indexer.config import Config
from indexer.errors import InputError
from indexer.model import SearchRequest
from indexer.search import Searcher, open_index


@click.command(name="run")
@click.argument("queries", metavar="QUERIES.tsv", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, metavar="RUN.txt", type=click.Path(path_type=Path), help="file to write")
@click.option(
    "-n", "depth", type=click.IntRange(1, 100_000), default=100, metavar="N", help="hits a query (default: 100)"
)
@click.option("--profile", metavar="NAME", default="default", help="ranking profile of ranking.toml (default: default)")
@setting_options("corpus", "index")
def command(queries: Path, output: Path, depth: int, profile: str, config: Config) -> int:
    """Answer each line `qid<TAB>query` and write lines `qid Q0 doc_id rank score tag`; the tag is the profile."""
    asked, faulty = read_queries(queries)
    for message in faulty:
        click.echo(f"skipped: {message}", err=True)
    searcher = open_index(config.index, config.corpus)
    lines = [line for qid, text in asked for line in run_lines(searcher, qid, text, depth, profile)]
    draft = output.with_name(f"{output.name}.new")
    try:
        draft.write_text("".join(lines), encoding="utf-8")
        draft.replace(output)
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}. Name another file with -o.") from error
    click.echo(f"{output}: {len(lines)} hits for {len(asked)} queries.")
    return EXIT_WARNINGS if faulty else 0


def read_queries(path: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the (qid, query) pairs of a file, and a message for each line that is none; InputError without any."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}. Check the path.") from error
    asked: dict[str, str] = {}
    faulty = []
    for number, line in enumerate(lines, 1):
        qid, tab, text = line.partition("\t")
        if not line.strip():
            continue
        if not tab or not qid or len(qid.split()) != 1 or not text.strip():
            faulty.append(f"{path}, line {number}: not 'qid<TAB>query' with a qid without blanks.")
        elif qid in asked:
            faulty.append(f"{path}, line {number}: the qid '{qid}' was used before.")
        else:
            asked[qid] = text.strip()
    if not asked:
        raise InputError(f"{path} holds no query. Each line is a qid, a tab, and the words: Q1<TAB>video therapy")
    return list(asked.items()), faulty


def run_lines(searcher: Searcher, qid: str, text: str, depth: int, profile: str) -> list[str]:
    """Return the run of one query, best hit first, each line ended."""
    results = searcher.search(SearchRequest(text=text, size=depth, profile=profile))
    return [f"{qid} Q0 {hit.doc_id} {hit.rank} {hit.score:.6f} {profile}\n" for hit in results.hits]
