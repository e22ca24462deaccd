"""The librarian's month: new captures in, the live index brought up to date, digests removed by hand.

Input: captures as named, stored in `corpus/pages` first; a librarian's word. Output: a `Run`, of the code that builds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.build import PAGES, SAMPLE, captures_folder, source_of
from indexer.captures import Stored, store_captures
from indexer.config import Config, find_corpus_file
from indexer.errors import IndexMissingError, InputError, NotFoundError, RemovalError, StoreError
from indexer.generations import GIVEN, Generation, Source, last_manifest, open_current
from indexer.ledger import Ledger, Tombstone
from indexer.model import Page
from indexer.pages import read_pages
from indexer.records import parse_record
from indexer.store import GENERATIONS, POINTER, live_name, only_writer
from indexer.task import Options, Run, Say, Task, carry_out, program_digest
from indexer.writing import now


@dataclass(frozen=True, slots=True)
class Update:
    """What an update stored, and the run that followed."""

    stored: Stored
    run: Run


def update(config: Config, paths: Sequence[Path], say: Say, options: Options | None = None) -> Update:
    """Store captures in `corpus/pages`, then bring the index up to date with all that lies there.

    A capture that was set aside is read again when its file is among the paths. Without paths nothing is stored. When
    nothing changed, no generation is made. Errors as of `build_from_pages`.
    """
    if paths and source_of(config, paths) == "sample":
        raise InputError(
            "The sample is never stored among collected pages. To try it: "
            f"pprsearch build {find_corpus_file(config.corpus, SAMPLE)}"
        )
    with only_writer(config.index):
        stored = store_captures(paths, config.corpus / PAGES, config.max_page_mb) if paths else Stored()
        for problem in stored.refused:
            say(problem)
        task = Task(
            "update",
            "pages",
            (captures_folder(config),),
            reuse=True,
            ledger=lambda ledger: ledger.take_back(stored.named),
            refused=stored.refused,
        )
        return Update(stored, carry_out(config, task, say, options or Options()))


@contextlib.contextmanager
def dry_run(config: Config) -> Iterator[Config]:
    """Yield settings whose folders mirror the real ones: what a run does there is forgotten at the end.

    The mirror holds links to the captures, the tables and the live generation, in a folder for temporary files; a run
    writes its new generation there, checks it and switches to it as always.
    """
    with tempfile.TemporaryDirectory(prefix="pprsearch-") as name:
        mirror = dataclasses.replace(config, corpus=Path(name) / "corpus", index=Path(name) / "index")
        mirror.corpus.mkdir()
        for path in config.corpus.iterdir() if config.corpus.is_dir() else ():
            if path.name != PAGES:
                (mirror.corpus / path.name).symlink_to(path.resolve())
        if (config.corpus / PAGES).is_dir():
            (mirror.corpus / PAGES).mkdir()
            _link_files(config.corpus / PAGES, mirror.corpus / PAGES)
        if live := live_name(config.index):
            _link_files(config.index / GENERATIONS / live, mirror.index / GENERATIONS / live)
            shutil.copyfile(config.index / POINTER, mirror.index / POINTER)
        yield mirror


def _link_files(folder: Path, mirror: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            target = mirror / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path.resolve())


# --- serve --build ---------------------------------------------------------------------------------------------------


def build_if_changed(config: Config, say: Say, tell: Callable[[str], None]) -> Run | None:
    """Bring the live index up to date with `corpus/pages`, or with the shipped sample while that holds no page.

    tell  is called with one line on what is done and why. Returns None when nothing had to be done: the inputs are
    those of the live generation, or that is not ours to replace: it was built from inputs that somebody named, or from
    pages that are no longer there, or too many of its digests would go. StoreError when such an index is broken.
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
    doing = f"Indexing the pages in {folder}."
    if not has_captures:
        doing = f"There are no captures in {pages} yet: indexing the sample that ships with the program."
    source: Source = "pages" if has_captures else "sample"
    task = Task("update", source, (folder,), reuse=True, announce=lambda: tell(doing))
    try:
        run = carry_out(config, task, say, Options())
    except RemovalError as error:
        tell(f"{error} Until then the index is served as it was.")
        return None
    return run if run.is_new else None


def _reason_to_keep(live: Mapping[str, Any], pages: Path, has_captures: bool) -> str | None:
    """Say why an index, known by its manifest, must not be replaced by what lies in the corpus folder; None: it may."""
    if live.get("inputs") == GIVEN:
        return "The index was built from inputs that were named, and is kept."
    if live.get("source") == "pages" and not has_captures:
        return f"There are no captures in {pages} any more; the index that was built from them is kept."
    return None


# --- a librarian's word ----------------------------------------------------------------------------------------------


def remove(config: Config, doc_id: str, reason: str, say: Say, options: Options | None = None) -> Run:
    """Remove a digest from the live index for good; its address then answers with the reason.

    NotFoundError when the live index has no such digest; InputError when it is the last one.
    """
    with only_writer(config.index):
        live = open_current(config.index)
        line = live.lines().get(doc_id)
        if line is None:
            raise NotFoundError(
                f"There is no digest '{doc_id}' in the live index. Ids are on the digest's page, and in: "
                "pprsearch export"
            )
        article = parse_record(line)
        stone = Tombstone(doc_id, article.title, article.month, article.former_ids, reason, now(), "librarian")
        task = _again(live, lambda ledger: ledger.with_tombstone(stone))
        return carry_out(config, task, say, options or Options())


def undo_removal(config: Config, doc_id: str, say: Say, options: Options | None = None) -> Run:
    """Forget that a librarian removed a digest: it is back if a capture shows it.

    An index of records does not hold the record any more: it comes back with the next build from records.
    NotFoundError when no librarian removed such a digest.
    """
    with only_writer(config.index):
        live = open_current(config.index)
        stone = live.ledger.tombstone(doc_id)
        if stone is None or stone.by != "librarian":
            raise NotFoundError(f"No digest '{doc_id}' was removed by hand. See what was: pprsearch status")
        task = _again(live, lambda ledger: ledger.without_tombstone(doc_id))
        return carry_out(config, task, say, options or Options())


def _again(live: Generation, ledger: Callable[[Ledger], Ledger]) -> Task:
    """Return the task to make the live generation again with another ledger."""
    if live.manifest["program"] != program_digest():
        raise InputError(
            "The live index was made with another version of the program. Bring it up to date first, with pprsearch "
            "update, or with the pprsearch build it was made with; then try again."
        )
    given = live.manifest["inputs"] == GIVEN
    return Task("remove", live.source, given=given, again=True, reuse=True, ledger=ledger)
