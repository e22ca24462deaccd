"""Generations: everything one run makes, built beside the live one, checked, and switched to in one atomic step.

    generations/000001/     articles.jsonl  whoosh/  compiled.arrays  report.json
                            manifest.json: size and sha256 of every other file, the schema, what it was built from

The pointer is replaced by a rename, after every file was written to disk: killed at any moment, the old generation
serves on, and the next run clears what was left. Pointer, manifest and files form a chain of digests that is checked
whenever a generation is opened, so a damaged index is refused and never answers.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from indexer import schema
from indexer.engines import COMPILED_FILE, write_compilation, write_indexes
from indexer.errors import IndexDamagedError, IndexMissingError, IndexOutdatedError, InputError, StoreError
from indexer.ranking import Profile
from indexer.records import Ingest, read_records, write_records
from indexer.selfcheck import check_indexes
from indexer.store import (
    GENERATIONS,
    MANIFEST,
    build_command,
    live_name,
    new_folder,
    only_writer,
    prune,
    read_pointer,
    remove,
    sha256,
    switch,
    sync_tree,
)

RECORDS = "articles.jsonl"
REPORT = "report.json"
MANIFEST_VERSION = 1
GIVEN = "given"  # instead of a digest: the inputs were named by a person, not found in the corpus folder

Source = Literal["pages", "sample", "records"]


@dataclass(frozen=True, slots=True)
class Generation:
    """One finished generation: its folder and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def source(self) -> Source:
        """What it was built from: the librarian's pages, the shipped sample, or records."""
        source: Source = self.manifest["source"]
        return source

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """Labels of facet values, by facet and value."""
        labels: dict[str, dict[str, str]] = self.manifest["labels"]
        return labels


# --- reading ---------------------------------------------------------------------------------------------------------


def current_name(index: Path) -> str | None:
    """Return the name of the live generation, or None when there is none; IndexDamagedError when it is unreadable."""
    pointer = read_pointer(index)
    return pointer[0] if pointer else None


def open_current(index: Path) -> Generation:
    """Return the live generation, or an IndexMissing-, IndexDamaged- or IndexOutdatedError with the mending command."""
    pointer = read_pointer(index)
    if pointer is None:
        raise IndexMissingError(f"There is no index in '{index}'. Make one with: {build_command(index)}")
    name, manifest_sha256 = pointer
    return read_generation(index / GENERATIONS / name, manifest_sha256)


def read_generation(folder: Path, manifest_sha256: str | None = None) -> Generation:
    """Return the generation in a folder when its schema is this program's and every file is what was written.

    manifest_sha256  what the pointer says; None: the manifest is believed.
    IndexDamagedError names the first file that differs. Cost: every file is read once, at 1.3 GB/s when it is in memory
    (33 MB in 25 ms); 10,000 digests are 100 MB. It is less than opening the Whoosh index, so no index is too large.
    """
    mend = f"Build it again with: {build_command(folder.parent.parent)}"
    try:
        content = (folder / MANIFEST).read_bytes()
        if manifest_sha256 not in (None, hashlib.sha256(content).hexdigest()):
            raise ValueError("it is not the one that was switched to")
        manifest = json.loads(content)
        found = manifest["version"], manifest["schema"]
        files = [(folder / name, entry["bytes"], entry["sha256"]) for name, entry in manifest["files"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{folder / MANIFEST} is missing or damaged ({error}). {mend}") from error
    if found != (MANIFEST_VERSION, schema.fingerprint()):
        raise IndexOutdatedError(f"The index in '{folder}' was made with another version of the program. {mend}")
    for path, size, digest in files:
        if path.name == COMPILED_FILE:
            continue  # checks itself when it is opened; without it the Whoosh index answers
        try:
            intact = path.stat().st_size == size and sha256(path) == digest
        except OSError as error:
            raise IndexDamagedError(f"{path} cannot be read ({error.strerror or error}). {mend}") from error
        if not intact:
            raise IndexDamagedError(f"{path} is damaged: it is not what was written. {mend}")
    return Generation(folder, manifest)


def last_manifest(index: Path) -> Mapping[str, Any]:
    """Return the manifest of the live generation without any check, or {}: what was a broken index built from?"""
    try:
        manifest = json.loads((index / GENERATIONS / (live_name(index) or "") / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


# --- writing ---------------------------------------------------------------------------------------------------------


def build_generation(
    index: Path,
    ingest: Ingest,
    *,
    source: Source,
    inputs: str,
    labels: Mapping[str, Mapping[str, str]],
    profile: Profile,
    keep: int,
) -> Generation:
    """Write, check and switch to a new generation; return it.

    inputs  digest of what it is made from, as `inputs_digest` gives it: `serve --build` compares it.
    profile the ranking that the self-check searches with.
    keep    how many generations stay; the live one does in any case.
    InputError when there is no article; IndexBusyError when another run is at work; StoreError when the disk is full or
    the folder cannot be written. In each case nothing is switched.
    """
    if not ingest.articles:
        raise InputError("No digest was found in the input, so the index stays as it is. The lines above say why.")
    with only_writer(index):
        try:
            folder = new_folder(index)
            try:
                _write_files(folder, ingest, source, inputs, labels)
                generation = read_generation(folder)
                check_indexes(folder, ingest.articles, profile)
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
                "index that was there before. Make room or name another folder with --index, then build again."
            ) from error
    return generation


def _write_files(
    folder: Path, ingest: Ingest, source: Source, inputs: str, labels: Mapping[str, Mapping[str, str]]
) -> None:
    with (folder / RECORDS).open("w", encoding="utf-8") as stream:
        write_records(ingest.articles, stream)
    report = {
        "articles": len(ingest.articles),
        "pages": [asdict(page) for page in ingest.pages],
        "problems": [asdict(problem) for problem in ingest.problems],
        "problem_counts": dict(sorted(Counter(problem.code for problem in ingest.problems).items())),
    }
    _write_json(folder / REPORT, report)
    write_indexes(ingest.articles, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "version": MANIFEST_VERSION,
        "schema": schema.fingerprint(),
        "source": source,
        "inputs": inputs,
        "articles": len(ingest.articles),
        "labels": labels,
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in files
        },
    }
    _write_json(folder / MANIFEST, manifest)


def recompile(index: Path) -> Generation:
    """Make the compiled arrays of the live generation anew from its records, and put them in place.

    IndexDamagedError when they would not be what the build wrote: then only a new build helps.
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


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
