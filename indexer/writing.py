"""Makes generations: written beside the live one, checked, and switched to in one atomic step.

Input: the records of a run and how they came about, or an earlier generation to go back to. Output: a new generation,
live; or an error, and nothing has changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from indexer import schema
from indexer.changes import Changes, compare, render_changes
from indexer.engines import COMPILED_FILE, Base, write_compilation, write_indexes
from indexer.errors import IndexDamagedError, InputError, StoreError
from indexer.generations import (
    INPUTS,
    MANIFEST_VERSION,
    MERGED,
    RECORDS,
    REPORT,
    Generation,
    Source,
    is_as_written,
    open_current,
    read_generation,
)
from indexer.ledger import LEDGER, Ledger, render_ledger
from indexer.model import Article, Problem
from indexer.parsed import write_items
from indexer.progress import Progress, no_progress
from indexer.ranking import Profile
from indexer.records import Ingest, read_records, restore_record
from indexer.schema import FIELDS
from indexer.selfcheck import check_indexes
from indexer.store import (
    GENERATIONS,
    MANIFEST,
    build_command,
    live_name,
    new_folder,
    only_writer,
    prune,
    remove,
    sha256,
    switch,
    sync_tree,
)

Command = Literal["build", "update", "remove", "rollback"]


@dataclass(frozen=True, slots=True)
class Making:
    """How a generation is made, for its manifest and its report; nothing of it is in records or index.

    parent    the generation that was live before.
    program   digest of the program: with the same one, what was parsed and indexed for this generation holds for the
              next one.   topics  digest of the topics: with the same one, so do the records.
    site_ids  our slugs by the blog's ids, by "topic" and "type".
    refused   captures that were named and cannot be pages.
    """

    command: Command = "build"
    parent: str | None = None
    program: str = ""
    topics: str = ""
    site_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    changes: Changes = field(default_factory=Changes)
    refused: tuple[Problem, ...] = ()


def build_generation(
    index: Path,
    ingest: Ingest,
    *,
    source: Source,
    inputs: str,
    labels: Mapping[str, Mapping[str, str]],
    profile: Profile,
    keep: int,
    making: Making | None = None,
    base: Generation | None = None,
    progress: Progress = no_progress,
) -> Generation:
    """Write, check and switch to a new generation; return it.

    inputs  digest of what it is made from, as `inputs_digest` gives it: the next run compares it.
    profile the ranking that the self-check searches with.
    keep    how many generations stay; the live one does in any case.
    base    a generation whose index is taken over, so that only new and changed documents are indexed; the program must
            be the one that made it. The records and the answers are those of a build from nothing.
    InputError when there is no article; IndexBusyError when another run is at work; StoreError when the disk is full or
    the folder cannot be written. In each case nothing is switched.
    """
    if not ingest.articles:
        raise InputError(
            "No digest was found in the input, so the index stays as it is. The lines above say why; without any, "
            "it holds no page of the blog with a digest."
        )
    making = making or Making()

    def write(folder: Path) -> None:
        _write_records(folder, ingest)
        _write_json(folder / LEDGER, render_ledger(making.ledger))
        _write_json(folder / REPORT, render_report(ingest, making))
        whole = base if base and _has_compilation(base.folder) else None
        fresh, removed = _differences(whole, ingest) if whole else (list(ingest.articles), frozenset[str]())
        write_indexes(fresh, folder, Base(whole.folder, removed) if whole else None, progress)
        manifest = {
            "version": MANIFEST_VERSION,
            "schema": schema.fingerprint(),
            "program": making.program,
            "topics": making.topics,
            "source": source,
            "inputs": inputs,
            "articles": len(ingest.articles),
            "labels": labels,
            "site_ids": making.site_ids,
            "files": _entries((path for path in folder.rglob("*") if path.is_file()), folder),
        }
        _write_json(folder / MANIFEST, manifest)
        check_indexes(folder, ingest.articles, profile, {article.id for article in fresh})

    return _switch_to_new(index, write, keep)


def restore_generation(index: Path, name: str, ledger: Ledger, keep: int) -> Generation:
    """Make a new generation with the records and the index of an earlier one, and switch to it; return it.

    ledger  of the new generation; it should set aside what the undone runs added.
    Errors as of `read_generation` for the earlier one, and of `build_generation`; in each case nothing is switched.
    """
    with only_writer(index):
        earlier = read_generation(index / GENERATIONS / name)
        after = earlier.state()._replace(ledger=ledger)
        live: Generation | None = None
        try:
            live = open_current(index)
            changes = compare(live.state(), after, map(restore_record, after.records.values()))
        except StoreError:
            changes = Changes()  # what is live is broken: there is nothing to compare with
        run = {"command": "rollback", "at": now(), "parent": live_name(index), "restores": name}
        report = {**earlier.report(), "run": run, **render_changes(changes), "refused": []}

        def write(folder: Path) -> None:
            shutil.copytree(earlier.folder, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
            _write_json(folder / LEDGER, render_ledger(ledger))
            _write_json(folder / REPORT, report)
            files = {**earlier.manifest["files"], **_entries([folder / LEDGER, folder / REPORT], folder)}
            _write_json(folder / MANIFEST, {**earlier.manifest, "files": files})

        return _switch_to_new(index, write, keep)


def _switch_to_new(index: Path, write: Callable[[Path], None], keep: int) -> Generation:
    """Have a new folder filled, check it, switch to it and return it; whatever goes wrong, nothing is switched."""
    with only_writer(index):
        try:
            folder = new_folder(index)
            try:
                write(folder)
                generation = read_generation(folder)
                sync_tree(folder)
                switch(index, folder.name)
            except BaseException:
                if live_name(index) != folder.name:  # an interrupt may come when the switch is done already
                    remove(folder)
                raise
            prune(index, keep)
        except OSError as error:
            raise StoreError(
                f"The new index could not be written to '{index}': {error.strerror or error}. Searches go on with the "
                "index that was there before. Make room or name another folder with --index, then try again."
            ) from error
    return generation


def _write_records(folder: Path, ingest: Ingest) -> None:
    with (folder / RECORDS).open("w", encoding="utf-8") as stream:
        stream.writelines(ingest.lines.values())
    with (folder / INPUTS).open("w", encoding="utf-8") as stream:
        write_items(ingest.items, stream)
    with (folder / MERGED).open("w", encoding="utf-8") as stream:
        for one in ingest.merged:
            entry = {"id": one.article.id, "inputs": one.inputs, "problems": [asdict(item) for item in one.problems]}
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def render_report(ingest: Ingest, making: Making) -> dict[str, Any]:
    """Return what `report.json` holds.

    {"run": {"command", "at", "parent", "restores"}, what `render_changes` gives, "articles": n, "pages": [{"path",
    "sha256", "url", "fetched_at"}], "problems": [{"code", "message", "path", "article", "level"}], "problem_counts":
    {code: n}, "refused": [a problem each]}. `restores` is the generation that a rollback brought back, else null.
    """
    return {
        "run": {"command": making.command, "at": now(), "parent": making.parent, "restores": None},
        **render_changes(making.changes),
        "articles": len(ingest.articles),
        "pages": [asdict(page) for page in ingest.pages],
        "problems": [asdict(problem) for problem in ingest.problems],
        "problem_counts": dict(sorted(Counter(problem.code for problem in ingest.problems).items())),
        "refused": [asdict(problem) for problem in making.refused],
    }


def _has_compilation(folder: Path) -> bool:
    """Tell whether the compiled arrays, which `read_generation` passes over, are there and as written."""
    return (folder / COMPILED_FILE).is_file() and is_as_written(folder, COMPILED_FILE)


def _differences(base: Generation, ingest: Ingest) -> tuple[list[Article], frozenset[str]]:
    """Return the articles whose documents are not those of a base, and the ids of the documents that leave it."""
    lines = base.lines()
    fresh = []
    removed = set(lines)
    for article in ingest.articles:
        line = lines.get(article.id)
        if line and (line == ingest.lines[article.id] or _document(restore_record(line)) == _document(article)):
            removed.discard(article.id)
        else:
            fresh.append(article)
    return fresh, frozenset(removed)


def _document(article: Article) -> list[object]:
    """Return everything that an index holds of an article."""
    return [article.month, *(field.values(article) for field in FIELDS)]


def _entries(files: Iterable[Path], folder: Path) -> dict[str, dict[str, object]]:
    """Return size and sha256 of files, by their names in a folder."""
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in sorted(files)
    }


def recompile(index: Path) -> Generation:
    """Make the compiled arrays of the live generation anew from its records, and put them in place.

    IndexDamagedError when they would not be what the build wrote: then only a new build helps. A server that runs takes
    them over with the next request.
    """
    with only_writer(index):
        generation = open_current(index)
        path = generation.folder / COMPILED_FILE
        draft = path.with_name(f"{path.name}.new")
        try:
            write_compilation(read_records(generation.folder / RECORDS).articles, draft)
            if sha256(draft) != generation.manifest["files"][COMPILED_FILE]["sha256"]:
                raise IndexDamagedError(f"{path} cannot be made again as it was. Use: {build_command(index)}")
            sync_tree(generation.folder)
            draft.replace(path)
            switch(index, generation.name)  # to where it points already: servers look again when the pointer is new
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(f"{path} could not be written: {reason}. Make room, then try again.") from error
        finally:
            draft.unlink(missing_ok=True)
    return generation


def inputs_digest(parts: Mapping[str, str]) -> str:
    """Return one digest for named inputs (name -> sha256), so that a later run can tell whether anything changed."""
    data = json.dumps([sorted(parts.items()), schema.fingerprint()])
    return hashlib.sha256(data.encode()).hexdigest()


def now() -> str:
    """Return the time for reports and tombstones, ISO 8601, UTC; nothing that must be the same again may hold it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
