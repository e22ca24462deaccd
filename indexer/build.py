"""What a build is made from: pages in files and folders, or records. Paths in, a live generation out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.config import Config, find_corpus_file
from indexer.errors import InputError
from indexer.generations import Source
from indexer.task import Options, Run, Say, Task, carry_out

PAGES = "pages"
SAMPLE = "sample"


def build_from_pages(config: Config, paths: Sequence[Path], say: Say, options: Options | None = None) -> Run:
    """Build from files and folders of pages and switch to the result; without paths from `corpus/pages` alone.

    say  is called with every problem, also when the run then fails.
    InputError when there is nothing to index, or when the shipped sample would be mixed with collected pages;
    RemovalError when pages of the corpus folder are gone and too many digests with them.
    """
    source = source_of(config, paths or [captures_folder(config)])
    task = Task("build", source, tuple(paths) or (captures_folder(config),), given=bool(paths))
    return carry_out(config, task, say, options or Options())


def build_from_records(config: Config, path: Path, say: Say, options: Options | None = None) -> Run:
    """Build from a file of records (JSON Lines, gzipped or not) and switch to the result."""
    task = Task("build", "records", given=True, records=path)
    return carry_out(config, task, say, options or Options())


def captures_folder(config: Config) -> Path:
    """Return `corpus/pages`; InputError when there is none."""
    pages = config.corpus / PAGES
    if not pages.is_dir():
        sample = find_corpus_file(config.corpus, SAMPLE)
        raise InputError(
            f"There is no folder '{pages}'. Put saved pages of the blog there, or name them: pprsearch build PATH. "
            f"To try the sample that ships with the program: pprsearch build {sample}"
        )
    return pages


def source_of(config: Config, paths: Sequence[Path]) -> Source:
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
