"""Generations: everything one run makes, in a folder of its own. Index folder in, checked generations out.

    generations/000001/     articles.jsonl  the records
                            inputs.jsonl    what was read: parsed pages, problems, walks; merged.jsonl  how the records
                                            were made of it: a later run reads and makes only what changed
                            whoosh/  compiled.arrays
                            ledger.json     what is gone and what is set aside    report.json  the run, and its changes
                            manifest.json   size and sha256 of every other file, the schema, what it was built from

A generation is whole by itself: what an update takes over from the one before is copied.
The pointer is replaced by a rename, after every file was written to disk: killed at any moment, the old generation
serves on, and the next run clears what was left. Pointer, manifest and files form a chain of digests that is checked
whenever a generation is opened, so a damaged index is refused and never answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from indexer import schema
from indexer.changes import State
from indexer.engines import COMPILED_FILE
from indexer.errors import IndexDamagedError, IndexMissingError, IndexOutdatedError
from indexer.ledger import LEDGER, Ledger, read_ledger
from indexer.model import Capture, Problem
from indexer.parsed import Item, read_items
from indexer.records import Merged, read_id, restore_record
from indexer.store import GENERATIONS, MANIFEST, build_command, folders, live_name, read_pointer, sha256

RECORDS = "articles.jsonl"
INPUTS = "inputs.jsonl"
MERGED = "merged.jsonl"
REPORT = "report.json"
MANIFEST_VERSION = 2
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

    @property
    def ledger(self) -> Ledger:
        """What is gone and what is set aside. Read from disk at each call; IndexDamagedError when that fails."""
        return read_ledger(self.folder)

    def lines(self) -> dict[str, str]:
        """Return the lines of its records by id, in their order."""
        with (self.folder / RECORDS).open("rb") as stream:
            return {read_id(line): line.decode("utf-8") for line in stream}

    def items(self) -> tuple[Item, ...]:
        """Return what was read for it, in order; () when it was built from records."""
        return read_items(self.folder / INPUTS)

    def merged(self) -> dict[str, Merged]:
        """Return how its records were made, by `Merged.inputs`."""
        lines = self.lines()
        with (self.folder / MERGED).open(encoding="utf-8") as stream:
            entries = [json.loads(line) for line in stream]
        return {
            entry["inputs"]: Merged(
                restore_record(lines[entry["id"]]),
                lines[entry["id"]],
                tuple(Problem(**problem) for problem in entry["problems"]),
                entry["inputs"],
            )
            for entry in entries
        }

    def report(self) -> dict[str, Any]:
        """Return the report of the run that made it, as `render_report` gives it."""
        report: dict[str, Any] = json.loads((self.folder / REPORT).read_bytes())
        return report

    def captures(self) -> list[Capture]:
        """Return the captures that it was made from, in order."""
        return [Capture(**capture) for capture in self.report()["pages"]]

    def state(self) -> State:
        """Return what a later run is compared with."""
        return State(self.lines(), self.captures(), self.ledger)


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


def inherited_ledger(index: Path) -> tuple[Ledger, Problem | None]:
    """Return the ledger that the next generation goes on from, also when the live one is broken otherwise.

    It is the live generation's, or, where the pointer is damaged too, the newest one's. When that is not as written, it
    is that of the newest one whose ledger is, and the problem says so.
    """
    live = live_name(index)
    others = [folder.name for folder in reversed(folders(index)) if folder.name != live]
    names = [live, *others] if live else others
    for name in names:
        folder = index / GENERATIONS / name
        with contextlib.suppress(IndexDamagedError):
            ledger = read_ledger(folder)
            if is_as_written(folder, LEDGER):
                return ledger, None if name == names[0] else _ledger_lost(f"That of generation {name} was taken.")
    had_one = any((index / GENERATIONS / name / LEDGER).exists() for name in names)
    return Ledger(), _ledger_lost("There is no other one.") if had_one else None


def is_as_written(folder: Path, name: str) -> bool:
    """Tell whether a file is what the manifest says; True also when that says nothing because it is damaged itself."""
    try:
        digest = json.loads((folder / MANIFEST).read_bytes())["files"][name]["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return True
    return bool(sha256(folder / name) == digest)


def _ledger_lost(instead: str) -> Problem:
    message = (
        f"The ledger of the live index (removed digests, captures that are set aside) cannot be read. {instead} "
        "Check what the last runs removed or undid, and do it again: pprsearch history"
    )
    return Problem("ledger-lost", message)
