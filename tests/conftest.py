"""What several folders of tests share: generations made by the real build, and searchers over given articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from plain_ranking import NO_SYNONYMS, PLAIN

from indexer.engines import open_engine
from indexer.generations import Generation
from indexer.model import Article
from indexer.ranking import Profile
from indexer.records import Ingest
from indexer.search import Searcher
from indexer.synonyms import Synonyms
from indexer.writing import build_generation

LABELS = {"topic": {"alliance": "Therapeutic Alliance"}, "type": {"meta-analysis": "Meta-analysis"}}


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Article]], Generation]:
    """Return a function: articles, in any order -> a generation of them, built, checked and switched to."""

    def build_articles(articles: Sequence[Article]) -> Generation:
        index = tmp_path_factory.mktemp("index")
        ingest = Ingest(tuple(articles))
        return build_generation(index, ingest, source="records", inputs="", labels=LABELS, profile=PLAIN, keep=1)

    return build_articles


@pytest.fixture(scope="session")
def searcher_over(
    build: Callable[[Sequence[Article]], Generation],
) -> Iterator[Callable[..., Searcher]]:
    """Return a function: articles -> a searcher over them; all are closed at the end of the run.

    Further arguments: `synonyms`, `profiles` (the first is the default one) and `engine`, a name in ENGINES.
    """
    opened: list[Searcher] = []

    def open_searcher(
        articles: Sequence[Article] | Generation,
        synonyms: Synonyms = NO_SYNONYMS,
        profiles: Sequence[Profile] = (PLAIN,),
        engine: str = "whoosh",
    ) -> Searcher:
        generation = articles if isinstance(articles, Generation) else build(articles)
        by_name = {"default": profiles[0], **{profile.name: profile for profile in profiles}}
        opened.append(Searcher(generation, open_engine(engine, generation.folder), by_name, synonyms))
        return opened[-1]

    yield open_searcher
    for searcher in opened:
        searcher.close()


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    """The tables that ship with the program."""
    return Path(__file__).resolve().parents[1] / "corpus"
