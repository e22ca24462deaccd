"""`pprsearch explain`: why a digest stands where it does, or below another one, in words and numbers or as JSON."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict

import click

from indexer.cli import setting_options
from indexer.commands.output import open_output
from indexer.commands.search import WordsCommand
from indexer.config import Config
from indexer.explaining import tree_lines
from indexer.model import SearchRequest
from indexer.search import open_index


@click.command(name="explain", cls=WordsCommand)
@click.argument("doc_id")
@click.argument("words", nargs=-1)
@click.option("--below", "other_id", metavar="DOC_ID", help="say why the digest stands below this one")
@click.option("--profile", metavar="NAME", help="ranking profile of ranking.toml  [default: default]")
@click.option("--json", "as_json", is_flag=True, help="print sentence and tree as JSON")
@setting_options("corpus", "index")
def command(
    doc_id: str,
    words: tuple[str, ...],
    other_id: str | None,
    profile: str | None,
    as_json: bool,
    config: Config,
) -> int:
    """Say why a digest stands where it does, and what its score is made of.

    \b
    pprsearch explain DOC_ID video therapy
    pprsearch explain DOC_ID video therapy --below OTHER_DOC_ID
    pprsearch explain DOC_ID -- therapy -group     excluded words stand after --

    The numbers add up from the right to the left; the outermost is the score.
    """
    request = SearchRequest(text=" ".join(words), profile=profile)
    with closing(open_index(config.index, config.corpus)) as searcher:
        if other_id is None:
            explained = searcher.explain(doc_id, request)
            answer, hits = asdict(explained), [explained]
            lines = [explained.sentence]
        else:
            comparison = searcher.compare(doc_id, other_id, request)
            answer, hits = asdict(comparison), [comparison.first, comparison.second]
            lines = [comparison.sentence]
    for hit in hits:
        heading = [hit.doc_id, hit.sentence] if other_id is not None else []
        lines += ["", *heading, *tree_lines(hit.explanation)]
    with open_output(None) as stream:
        stream.write(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
        stream.write("\n")
    return 0
