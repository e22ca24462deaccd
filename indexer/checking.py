"""Is everything still what was written? Index folder and captures in; every finding with its mend out.

Opening an index refuses the first file that differs. This goes on to the end: every file of a generation against its
manifest, the checksums inside the compiled arrays, what both engines answer, and the captures in `corpus/pages` against
what the live generation was made of.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from indexer import schema
from indexer.build import PAGES, SAMPLE
from indexer.config import Config, find_corpus_file
from indexer.engines import COMPILED_FILE
from indexer.engines.arrayfile import open_arrays
from indexer.errors import ConfigError, IndexDamagedError, IndexMissingError, InputError
from indexer.generations import GIVEN, MANIFEST_VERSION, RECORDS
from indexer.history import read_run
from indexer.model import Capture, Page
from indexer.pages import read_pages
from indexer.ranking import RANKING_TABLE, find_profile, read_profiles
from indexer.records import read_records
from indexer.selfcheck import check_indexes
from indexer.store import GENERATIONS, MANIFEST, POINTER, build_command, compile_command, read_pointer, sha256

RESTORE = "Put the capture back from your backup; the index still holds what was read from it."
NOT_LIVE = "It is not the live one, so searches do not notice. Going back to it is refused; later runs remove it."


class Finding(NamedTuple):
    """Something that is not as it was written: the file, what is wrong with it, what to do now."""

    path: Path
    message: str
    mend: str


@dataclass(frozen=True, slots=True)
class Check:
    """What was compared, by name and number, and everything that differs; no finding: all of it is sound."""

    generations: tuple[str, ...]
    files: int
    captures: int
    findings: tuple[Finding, ...]


def check_index(config: Config, every: bool = False) -> Check:
    """Compare the live generation, with `every` all that are kept, and the captures with what was written.

    IndexMissingError when nothing was built yet. Cost: every file is read, records are parsed, both engines opened.
    """
    checker = _Checker(config)
    try:
        pointer = read_pointer(config.index)
    except IndexDamagedError as error:
        pointer = None
        checker.findings.append(Finding(config.index / POINTER, str(error), _build_again(config, {})))
    else:
        if pointer is None:
            command = build_command(config.index)
            raise IndexMissingError(f"There is no index in '{config.index}'. Make one with: {command}")
        checker.live(*pointer)
    if every:
        for folder in sorted((config.index / GENERATIONS).glob("*/"), key=lambda folder: folder.name.zfill(20)):
            if folder.name.isdigit() and (pointer is None or folder.name != pointer[0]):
                checker.kept(folder)
    return Check(tuple(checker.generations), checker.files, checker.captures, tuple(checker.findings))


class _Checker:
    """Collects what was compared and what differs."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.generations: list[str] = []
        self.files = self.captures = 0
        self.findings: list[Finding] = []

    def live(self, name: str, manifest_sha256: str) -> None:
        """Compare the live generation and the captures that it was made of."""
        folder = self._config.index / GENERATIONS / name
        manifest = self._manifest(folder, manifest_sha256, _build_again(self._config, {}))
        if manifest is None:
            return
        mend = _build_again(self._config, manifest)
        if self._compare(folder, manifest, mend, compile_command(self._config.index)):
            self._ask(folder, mend)
        if manifest["source"] == "pages" and manifest["inputs"] != GIVEN:
            with contextlib.suppress(InputError):  # the damaged report is a finding already
                self._compare_captures(read_run(folder).captures)

    def kept(self, folder: Path) -> None:
        """Compare a generation that is kept for going back."""
        manifest = self._manifest(folder, None, NOT_LIVE)
        if manifest is not None:
            mend = compile_command(self._config.index)
            self._compare(folder, manifest, NOT_LIVE, f"It is not the live one. Once you went back to it: {mend}")

    def _manifest(self, folder: Path, expected: str | None, mend: str) -> Mapping[str, Any] | None:
        """Return the manifest of a generation when it can be relied upon."""
        path = folder / MANIFEST
        self.generations.append(folder.name)
        try:
            content = path.read_bytes()
            manifest = json.loads(content)
            made_by = manifest["version"], manifest["schema"]
            usable = all({"bytes", "sha256"} <= set(entry) for entry in manifest["files"].values())
            usable = usable and {"source", "inputs"} <= set(manifest)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.findings.append(Finding(path, f"It is missing or damaged ({_reason(error)}).", mend))
            return None
        if expected not in (None, hashlib.sha256(content).hexdigest()):
            pointer = self._config.index / POINTER
            self.findings.append(
                Finding(path, f"It is not the one that {pointer} names: one of them is damaged.", mend)
            )
            return None
        if not usable:
            self.findings.append(Finding(path, "It is not what was written.", mend))
            return None
        if made_by != (MANIFEST_VERSION, schema.fingerprint()):
            self.findings.append(Finding(folder, "It was made with another version of the program.", mend))
            return None
        self.files += 1
        return dict(manifest)

    def _compare(self, folder: Path, manifest: Mapping[str, Any], mend: str, compiled_mend: str) -> bool:
        """Compare every file of a generation with its manifest; True when all are sound."""
        before = len(self.findings)
        for name, entry in manifest["files"].items():
            path = folder / name
            reason = _difference(path, entry["sha256"], entry["bytes"])
            if reason is None and name == COMPILED_FILE:
                try:
                    open_arrays(path)
                except IndexDamagedError as error:
                    reason = str(error)
            self.files += 1
            if reason is not None:
                self.findings.append(Finding(path, reason, compiled_mend if name == COMPILED_FILE else mend))
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            # Whoosh takes the newest table of contents that it sees: a stray file may change what is read
            if not path.is_dir() and name != MANIFEST and name not in manifest["files"]:
                self.findings.append(Finding(path, "It does not belong to this generation.", "Move it away."))
        return len(self.findings) == before

    def _ask(self, folder: Path, mend: str) -> None:
        """Compare what both engines hold and find with the records."""
        profile = find_profile(read_profiles(find_corpus_file(self._config.corpus, RANKING_TABLE)), None)
        try:
            check_indexes(folder, read_records(folder / RECORDS).articles, profile)
        except IndexDamagedError as error:
            self.findings.append(Finding(folder, str(error), mend))

    def _compare_captures(self, captures: Iterable[Capture]) -> None:
        """Compare the captures in use with those in `corpus/pages`, read as a build reads them."""
        pages = self._config.corpus / PAGES
        there = {
            item.path: item.sha256 for item in read_pages([pages], self._config.max_page_mb) if isinstance(item, Page)
        }
        contents = set(there.values())
        for capture in captures:
            self.captures += 1
            if capture.sha256 not in contents:
                reason = "It is not what was read." if capture.path in there else "It is missing or cannot be read."
                self.findings.append(Finding(pages / capture.path, reason, RESTORE))


def _difference(path: Path, digest: str, size: int) -> str | None:
    """Return how a file differs from what was written, or None."""
    try:
        found = path.stat().st_size
        if found != size:
            return f"It has {found:,} bytes; {size:,} were written."
        return None if sha256(path) == digest else "It is not what was written: its sha256 differs."
    except FileNotFoundError:
        return "It is missing."
    except OSError as error:
        return f"It cannot be read ({_reason(error)})."


def _build_again(config: Config, manifest: Mapping[str, Any]) -> str:
    """Return how to make a generation like this one again, from the inputs that it was made of."""
    command = build_command(config.index)
    if manifest.get("source") == "records":
        return f"Build it again from its records: {command} --records FILE"
    if manifest.get("inputs") == GIVEN:
        return f"Build it again from the pages that were named: {command} PATH"
    if manifest.get("source") == "sample":
        try:
            return f"Build it again with: {command} {shlex.quote(str(find_corpus_file(config.corpus, SAMPLE)))}"
        except ConfigError as error:
            return str(error)
    return f"Build it again with: {command}"


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
