"""One run of a librarian: inputs -> records -> a new live generation. Ties steps 1 to 5 together, parses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.config import Config, find_corpus_file
from indexer.errors import IndexMissingError, InputError, StoreError
from indexer.generations import (
    GIVEN,
    Generation,
    Source,
    build_generation,
    inputs_digest,
    last_manifest,
    open_current,
)
from indexer.ingest import ingest_pages
from indexer.model import Page, Problem
from indexer.pages import read_pages
from indexer.ranking import RANKING_TABLE, find_profile, read_profiles
from indexer.records import Ingest, read_records
from indexer.topics import Vocabulary, read_vocabulary

PAGES = "pages"
SAMPLE = "sample"
TOPICS_TABLE = "topics.toml"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run read, and the generation it switched to."""

    ingest: Ingest
    generation: Generation


Say = Callable[[Problem], None]


def build_from_pages(config: Config, paths: Sequence[Path], say: Say) -> Run:
    """Build from files and folders of pages and switch to the result; without paths from `corpus/pages` alone.

    say  is called with every problem, also when the run then fails.
    InputError when there is nothing to index, or when the shipped sample would be mixed with collected pages.
    """
    if paths:
        return _build_pages(config, paths, say, given=True)
    pages = config.corpus / PAGES
    if not pages.is_dir():
        sample = find_corpus_file(config.corpus, SAMPLE)
        raise InputError(
            f"There is no folder '{pages}'. Put saved pages of the blog there, or name them: pprsearch build PATH. "
            f"To try the sample that ships with the program: pprsearch build {sample}"
        )
    return _build_pages(config, [pages], say)


def build_from_records(config: Config, path: Path, say: Say) -> Run:
    """Build from a file of records (JSON Lines, gzipped or not) and switch to the result."""
    return _build(config, read_records(path), _vocabulary(config), "records", GIVEN, say)


def build_if_changed(config: Config, say: Say, tell: Callable[[str], None]) -> Run | None:
    """Bring the live index up to date with `corpus/pages`, or with the shipped sample while that holds no page.

    tell  is called with one line on what is done and why. Returns None when nothing had to be done: the inputs are
    those of the live generation, or that is not ours to replace: it was built from inputs that somebody named, or from
    pages that are no longer there. StoreError when such an index is broken.
    """
    pages = config.corpus / PAGES
    has_captures = pages.is_dir() and any(isinstance(item, Page) for item in read_pages([pages], config.max_page_mb))
    folder = pages if has_captures else find_corpus_file(config.corpus, SAMPLE)
    broken: StoreError | None = None
    live: Mapping[str, Any]
    try:
        live = open_current(config.index).manifest
    except IndexMissingError:
        live = {}
    except StoreError as error:
        broken, live = error, last_manifest(config.index)
    if kept := _reason_to_keep(live, pages, has_captures):
        if broken:
            raise broken
        tell(f"{kept} To replace it: pprsearch build{'' if has_captures else f' {folder}'}")
        return None
    if broken:
        tell(str(broken))
    elif live.get("inputs") == _digest(config, folder):
        return None
    if has_captures:
        tell(f"Indexing the pages in {folder}.")
    else:
        tell(f"There are no captures in {pages} yet: indexing the sample that ships with the program.")
    return _build_pages(config, [folder], say)


def _reason_to_keep(live: Mapping[str, Any], pages: Path, has_captures: bool) -> str | None:
    """Say why an index, known by its manifest, must not be replaced by what lies in the corpus folder; None: it may."""
    if live.get("inputs") == GIVEN:
        return "The index was built from inputs that were named, and is kept."
    if live.get("source") == "pages" and not has_captures:
        return f"There are no captures in {pages} any more; the index that was built from them is kept."
    return None


def _build_pages(config: Config, paths: Sequence[Path], say: Say, given: bool = False) -> Run:
    source = _source(config, paths)
    vocabulary = _vocabulary(config)
    parts: dict[str, str] = {}
    ingest = ingest_pages(_noting(read_pages(paths, config.max_page_mb), parts), vocabulary)
    return _build(config, ingest, vocabulary, source, GIVEN if given else _inputs(config, parts), say)


def _build(config: Config, ingest: Ingest, vocabulary: Vocabulary, source: Source, inputs: str, say: Say) -> Run:
    for problem in ingest.problems:
        say(problem)
    labels = {
        "topic": {topic.slug: topic.label for topic in vocabulary.topics},
        "type": {kind.slug: kind.label for kind in vocabulary.types},
    }
    profile = find_profile(read_profiles(find_corpus_file(config.corpus, RANKING_TABLE)), None)
    generation = build_generation(
        config.index, ingest, source=source, inputs=inputs, labels=labels, profile=profile, keep=config.keep_generations
    )
    return Run(ingest, generation)


def _vocabulary(config: Config) -> Vocabulary:
    return read_vocabulary(find_corpus_file(config.corpus, TOPICS_TABLE))


def _source(config: Config, paths: Sequence[Path]) -> Source:
    """Tell the sample from collected pages; InputError for a mixture, because retellings must not pass for the blog."""
    sample = find_corpus_file(config.corpus, SAMPLE).resolve()
    within = [path.resolve().is_relative_to(sample) for path in paths]
    around = [sample.is_relative_to(path.resolve()) for path in paths]
    if all(within):
        return "sample"
    if any(within) or any(around):
        raise InputError(
            "The sample is never merged with collected pages. Name either the sample or your pages, not both: "
            f"pprsearch build {sample}, or pprsearch build {config.corpus / PAGES}"
        )
    return "pages"


# --- what a build depends on -----------------------------------------------------------------------------------------


def _digest(config: Config, folder: Path) -> str:
    """Return the digest of everything that a build from this folder depends on."""
    parts: dict[str, str] = {}
    for _ in _noting(read_pages([folder], config.max_page_mb), parts):
        pass
    return _inputs(config, parts)


def _noting(items: Iterable[Page | Problem], parts: dict[str, str]) -> Iterator[Page | Problem]:
    """Pass pages on, and note the digest of each; a file that is no page counts by what is wrong with it."""
    for item in items:
        parts[item.path or ""] = item.sha256 if isinstance(item, Page) else item.message
        yield item


def _inputs(config: Config, parts: dict[str, str]) -> str:
    table = find_corpus_file(config.corpus, TOPICS_TABLE)
    return inputs_digest({**parts, TOPICS_TABLE: hashlib.sha256(table.read_bytes()).hexdigest()})
