"""`pprsearch search`: one request on the command line, for people or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from itertools import zip_longest
from typing import Any, NoReturn, cast

import click

from indexer.cli import setting_options
from indexer.commands.output import open_output
from indexer.config import Config
from indexer.explaining import tree_lines
from indexer.model import SORTS, ExplainedHit, Match, Results, SearchRequest, Sort
from indexer.search import open_index

LONGEST_LIST = 8  # values of a facet that are printed for people; JSON has all


class WordsCommand(click.Command):
    """Says how to exclude a word when somebody types `-word` where options stand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = args[: args.index("--")] if "--" in args else args
        for option in options:
            if re.fullmatch(r"-[^\W\d].+", option) and not re.fullmatch(r"-n\d+", option):
                self._refuse(option, ctx)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name.startswith("--"):
                raise
            self._refuse(error.option_name, ctx)

    def _refuse(self, option: str, ctx: click.Context) -> NoReturn:
        before = [argument.human_readable_name for argument in self.params if argument.name == "doc_id"]
        example = " ".join(["pprsearch", str(self.name), *before, "--", "therapy", option])
        raise click.UsageError(
            f"There is no option {option}. To exclude a word, put -- before the words: {example}", ctx
        )


@click.command(name="search", cls=WordsCommand)
@click.argument("words", nargs=-1)
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="only digests with this topic; repeat for OR")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="only this type of research; repeat for OR")
@click.option("--from", "year_from", type=click.IntRange(1, 9999), metavar="YEAR", help="digests of this year or later")
@click.option("--to", "year_to", type=click.IntRange(1, 9999), metavar="YEAR", help="digests of this year or earlier")
@click.option(
    "--match",
    type=click.Choice(["any", "all"]),
    default="any",
    metavar="any|all",
    help="any word is enough, or all must be there",
    show_default=True,
)
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    metavar="ORDER",
    help=f"{', '.join(SORTS[:-1])} or {SORTS[-1]}  [default: relevance; newest without words]",
)
@click.option(
    "-n", "size", type=click.IntRange(1, 1000), default=10, metavar="N", help="hits to print", show_default=True
)
@click.option(
    "--page", type=click.IntRange(1, 1_000_000), default=1, metavar="PAGE", help="which N hits", show_default=True
)
@click.option("--typed-only", is_flag=True, help="no synonyms, no correction of unknown words")
@click.option("--profile", metavar="NAME", help="ranking profile of ranking.toml  [default: default]")
@click.option("--explain", is_flag=True, help="say under each hit what its score is made of")
@click.option("--json", "as_json", is_flag=True, help="print the results as JSON, with every value of every facet")
@setting_options("corpus", "index")
def command(
    words: tuple[str, ...],
    topics: tuple[str, ...],
    types: tuple[str, ...],
    year_from: int | None,
    year_to: int | None,
    match: str,
    sort: str | None,
    size: int,
    page: int,
    typed_only: bool,
    profile: str | None,
    explain: bool,
    as_json: bool,
    config: Config,
) -> int:
    """Search the digests. Without WORDS all are listed, newest first.

    \b
    pprsearch search video therapy alliance
    pprsearch search '"working alliance" OR rupture' --topic burnout --from 2018
    pprsearch search author:norcross title:feedback
    pprsearch search -n 3 -- therapy -group        excluded words stand after --
    """
    request = SearchRequest(
        text=" ".join(words),
        topics=topics,
        types=types,
        year_from=year_from,
        year_to=year_to,
        match=cast(Match, match),
        sort=cast(Sort | None, sort),
        page=page,
        size=size,
        typed_only=typed_only,
        profile=profile,
    )
    with closing(open_index(config.index, config.corpus)) as searcher:
        results = searcher.search(request)
        explained = [searcher.explain(hit.doc_id, request) for hit in results.hits] if explain else []
    if as_json:
        with open_output(None) as stream:
            stream.write(json.dumps(_as_json(results, explained), ensure_ascii=False, indent=2) + "\n")
    else:
        _print(results, explained)
    return 0


def _as_json(results: Results, explained: Sequence[ExplainedHit]) -> dict[str, Any]:
    return {
        "total": results.total,
        "total_all_words": results.total_all_words,
        "hits": [
            {
                "rank": hit.rank,
                "doc_id": hit.doc_id,
                "title": "".join(fragment.text for fragment in hit.title),
                "month": hit.month,
                "score": hit.score,
                "snippet": hit.snippet.text,
                "missing": list(hit.missing),
                **({"sentence": why.sentence, "explanation": asdict(why.explanation)} if why else {}),
            }
            for hit, why in zip_longest(results.hits, explained)
        ],
        "facets": [
            {
                "name": facet.name,
                "buckets": [
                    {"value": b.value, "label": b.label, "count": b.count, "selected": b.selected}
                    for b in facet.buckets
                ],
            }
            for facet in results.facets
        ],
        "notices": [{"code": notice.code, "message": notice.message} for notice in results.notices],
        "did_you_mean": {"text": meant.text, "total": meant.total} if (meant := results.did_you_mean) else None,
    }


def _print(results: Results, explained: Sequence[ExplainedHit]) -> None:
    for notice in results.notices:
        click.echo(f"note: {notice.message}", err=True)
    if meant := results.did_you_mean:
        click.echo(f"note: Did you mean: {meant.text} ({meant.total} digest{'s' * (meant.total != 1)})", err=True)
    n = results.total
    with_all = f", {results.total_all_words} of them with all your words" if results.words else ""
    click.echo(f"{n} digest{'s' * (n != 1)}{with_all}.")
    for hit, why in zip_longest(results.hits, explained):
        title = "".join(click.style(f.text, bold=f.marked) for f in hit.title)
        words = "".join(click.style(f.text, bold=f.marked) for f in hit.snippet)
        before, after = "… " * hit.snippet.cut_before, " …" * hit.snippet.cut_after
        click.echo(f"\n{hit.rank:3}. {title}\n     {hit.doc_id}  {hit.month or 'no date'}  score {hit.score:.3f}")
        click.echo(f"     {before}{words}{after}")
        if hit.missing:
            click.echo(f"     missing: {', '.join(hit.missing)}")
        if why:
            click.echo("\n".join(f"     {line}" for line in [why.sentence, *tree_lines(why.explanation)]))
    for facet in results.facets:
        shown = [bucket for bucket in facet.buckets if bucket.count or bucket.selected]
        if shown:
            values = [f"{'*' * b.selected}{b.value} {b.count}" for b in shown[:LONGEST_LIST]]
            more = f", {len(shown) - LONGEST_LIST} more" * (len(shown) > LONGEST_LIST)
            click.echo(f"\n{facet.label}: {', '.join(values)}{more}")
