"""Opens a generation before it goes live, as a reader would: its folder in, IndexDamagedError or nothing out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence, Set
from pathlib import Path

from indexer import bitmap
from indexer.analysis import analyse
from indexer.engines import ENGINES, open_engine
from indexer.engines.base import Engine
from indexer.errors import IndexDamagedError
from indexer.model import Article
from indexer.query import parse_query
from indexer.ranking import Profile
from indexer.scoring import Scorer

N_PROBES = 3  # articles that must be found by their own title
AGAIN = "It was thrown away. Build again; when it happens twice, report it."


def check_indexes(folder: Path, articles: Sequence[Article], profile: Profile, fresh: Set[str] = frozenset()) -> None:
    """Compare the documents of every engine with the articles, and find some articles by their own titles.

    fresh  ids of the articles that were indexed anew: some of these are looked for too.
    """
    new = [article for article in articles if article.id in fresh]
    probes = [*_some(articles), *_some(new)]
    # pairs and phrases change no match, and reading places from Whoosh is slow
    weights = {**profile.weights, "pair_weight": 0.0, "title_phrase_weight": 0.0}
    profile = dataclasses.replace(profile, weights=weights)
    for name in ENGINES:
        engine = open_engine(name, folder)
        try:
            _check(engine, articles, probes, Scorer(engine, profile))
        finally:
            engine.close()


def _some(articles: Sequence[Article]) -> Sequence[Article]:
    return articles[:: max(1, len(articles) // N_PROBES)][:N_PROBES]


def _check(engine: Engine, articles: Sequence[Article], probes: Sequence[Article], scorer: Scorer) -> None:
    if sorted(engine.doc_ids) != sorted(article.id for article in articles):
        raise IndexDamagedError(
            f"The new index ({engine.name}) holds {len(engine.doc_ids)} documents, which are not the {len(articles)} "
            f"digests that were read. {AGAIN}"
        )
    for article in probes:
        words = _words(article.title)
        matched = scorer.match(parse_query(" ".join(words))).matched
        if words and not bitmap.contains(matched, list(engine.doc_ids).index(article.id)):
            raise IndexDamagedError(
                f"The new index ({engine.name}) does not find '{article.title}' by its own title. {AGAIN}"
            )


def _words(title: str) -> list[str]:
    """Return the words of a title without what a query would take for grammar (quotes, "-", "OR")."""
    tokens = analyse(title)
    return [title[start:end].lower() for start, end in zip(tokens.starts, tokens.ends, strict=True)]
