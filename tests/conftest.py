"""What several folders of tests share: generations made by the real build, and searchers over given articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import machine
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
LEFT_OUT = pytest.StashKey[Counter[str]]()


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the tests that lacked something on this machine."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in skipped]
    terminalreporter.config.stash[LEFT_OUT] = Counter(reason for reason in reasons if machine.THEN in reason)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say it in the last lines of the run, where nobody misses it."""
    writer = config.get_terminal_writer()
    for reason, n_tests in config.stash.get(LEFT_OUT, Counter()).items():
        missing, mend = reason.split(machine.THEN, 1)
        writer.line(f"NOT RUN: {n_tests} of the tests, for {missing}.", red=True, bold=True)
        writer.line(f"{machine.THEN.removeprefix('. ')}{mend}", red=True, bold=True)
