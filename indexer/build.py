"""One run of a librarian: inputs -> records -> a new live generation. Ties steps 1 to 5 together, parses nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.config import Config, find_corpus_file
from indexer.errors import IndexMissingError, InputError, StoreError
from indexer.generations import GIVEN, Generation, Source, build_generation, inputs_digest, open_current
from indexer.model import Page, Problem
from indexer.pages import read_pages
from indexer.ranking import RANKING_TABLE, find_profile, read_profiles
from indexer.records import Ingest, ingest_pages, read_records
from indexer.topics import read_vocabulary

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
        return _build_pages(config, paths, GIVEN, say)
    pages = config.corpus / PAGES
    if not pages.is_dir():
        raise InputError(
            f"There is no folder '{pages}'. Put saved pages of the blog there, or name them: pprsearch build PATH"
        )
    return _build_pages(config, [pages], _digest(config, pages), say)


def build_from_records(config: Config, path: Path, say: Say) -> Run:
    """Build from a file of records (JSON Lines, gzipped or not) and switch to the result."""
    return _build(config, read_records(path), "records", GIVEN, say)


def build_if_changed(config: Config, say: Say, tell: Callable[[str], None]) -> Run | None:
    """Bring the live index up to date with `corpus/pages`, or with the shipped sample while that holds no page.

    tell  is called with one line on what is done and why. Returns None when nothing had to be done: the inputs are
    those of the live generation, or that was built from inputs that somebody named (it is theirs to replace).
    """
    pages = config.corpus / PAGES
    has_captures = (
        any(isinstance(item, Page) for item in read_pages([pages], config.max_page_mb)) if pages.is_dir() else False
    )
    folder = pages if has_captures else find_corpus_file(config.corpus, SAMPLE)
    digest = _digest(config, folder)
    try:
        live = open_current(config.index).manifest["inputs"]
    except IndexMissingError:
        live = None
    except StoreError as error:
        tell(str(error))
        live = None
    if live == GIVEN:
        tell("The index was built from inputs that were named, and is kept. To index the pages again: pprsearch build")
        return None
    if live == digest:
        return None
    if has_captures:
        tell(f"Indexing the pages in {folder}.")
    else:
        tell(f"There are no captures in {pages} yet: indexing the sample that ships with the program.")
    return _build_pages(config, [folder], digest, say)


def _build_pages(config: Config, paths: Sequence[Path], inputs: str, say: Say) -> Run:
    source = _source(config, paths)
    vocabulary = read_vocabulary(find_corpus_file(config.corpus, TOPICS_TABLE))
    return _build(config, ingest_pages(read_pages(paths, config.max_page_mb), vocabulary), source, inputs, say)


def _build(config: Config, ingest: Ingest, source: Source, inputs: str, say: Say) -> Run:
    for problem in ingest.problems:
        say(problem)
    vocabulary = read_vocabulary(find_corpus_file(config.corpus, TOPICS_TABLE))
    labels = {
        "topic": {topic.slug: topic.label for topic in vocabulary.topics},
        "type": {kind.slug: kind.label for kind in vocabulary.types},
    }
    profile = find_profile(read_profiles(find_corpus_file(config.corpus, RANKING_TABLE)), None)
    generation = build_generation(
        config.index, ingest, source=source, inputs=inputs, labels=labels, profile=profile, keep=config.keep_generations
    )
    return Run(ingest, generation)


def _source(config: Config, paths: Sequence[Path]) -> Source:
    """Tell the sample from collected pages; InputError for a mixture, because retellings must not pass for the blog."""
    sample = find_corpus_file(config.corpus, SAMPLE).resolve()
    within = [path.resolve().is_relative_to(sample) for path in paths]
    around = [sample.is_relative_to(path.resolve()) for path in paths]
    if all(within):
        return "sample"
    if any(within) or any(around):
        raise InputError(
            "The sample is never merged with collected pages. Name either the sample or your pages, not both."
        )
    return "pages"


def _digest(config: Config, folder: Path) -> str:
    """Return the digest of everything that a build from this folder depends on."""
    table = find_corpus_file(config.corpus, TOPICS_TABLE)
    parts = {TOPICS_TABLE: hashlib.sha256(table.read_bytes()).hexdigest()}
    for item in read_pages([folder], config.max_page_mb):
        parts[item.path or ""] = item.sha256 if isinstance(item, Page) else item.message
    return inputs_digest(parts)
