"""Generations: everything one run makes, built beside the live one, checked, and switched to in one atomic step.

    index/
      current                 one line: the name of the live generation
      generations/000001/     articles.jsonl  whoosh/  report.json  manifest.json

The pointer is replaced by a rename, after every file was written to disk: killed at any moment, the old generation
serves on, and the next run clears what was left half made. Whoosh's files hold pickles, so folders are private to
their user.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from indexer import bitmap, schema
from indexer.engines import open_engine
from indexer.engines.base import document_order
from indexer.engines.whoosh_engine import write_index
from indexer.errors import IndexBusyError, IndexDamagedError, IndexMissingError, IndexOutdatedError, InputError
from indexer.model import Article
from indexer.query import parse_query
from indexer.ranking import Profile
from indexer.records import Ingest, write_records
from indexer.scoring import Scorer

POINTER = "current"
GENERATIONS = "generations"
MANIFEST = "manifest.json"
RECORDS = "articles.jsonl"
REPORT = "report.json"
WHOOSH = "whoosh"
MANIFEST_VERSION = 1
GIVEN = "given"  # instead of a digest: the inputs were named by a person, not found in the corpus folder
N_PROBES = 3  # articles that must be found by their own title before a generation goes live

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
    profile the ranking that the self-check searches with.   keep  how many generations stay.
    InputError when there is no article; IndexBusyError when another run is at work. Either way nothing is switched.
    """
    if not ingest.articles:
        raise InputError("No digest was found in the input, so the index stays as it is. The lines above say why.")
    with _only_writer(index):
        _clear_unfinished(index)
        folder = _new_folder(index)
        try:
            _write_files(folder, ingest, source, inputs, labels)
            _check(folder, ingest.articles, profile)
            _sync_tree(folder)
            _switch(index, folder.name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _prune(index, keep)
    return read_generation(folder)


def current_name(index: Path) -> str | None:
    """Return the name of the live generation, or None when there is none."""
    try:
        return (index / POINTER).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{index / POINTER} cannot be read ({error}). Run 'pprsearch build' again.") from error


def open_current(index: Path) -> Generation:
    """Return the live generation, or an IndexMissing-, IndexDamaged- or IndexOutdatedError with the mending command."""
    name = current_name(index)
    if name is None:
        raise IndexMissingError(f"There is no index in '{index}'. Make one with: pprsearch build --index {index}")
    return read_generation(index / GENERATIONS / name)


def read_generation(folder: Path) -> Generation:
    """Return the generation in a folder when its manifest is readable and its schema is this program's."""
    mend = f"Build it again with: pprsearch build --index {folder.parent.parent}"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found, version = manifest["schema"], manifest["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"{folder / MANIFEST} is missing or damaged ({error}). {mend}") from error
    if (version, found) != (MANIFEST_VERSION, schema.fingerprint()):
        raise IndexOutdatedError(f"The index in '{folder}' was made with another version of the program. {mend}")
    for name, entry in manifest["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != entry["bytes"]:
            raise IndexDamagedError(f"{path} is missing or has another size than when it was built. {mend}")
    return Generation(folder, manifest)


def verify_files(generation: Generation) -> None:
    """Compare every file with the manifest's sha256; IndexDamagedError names the first that differs."""
    for name, entry in generation.manifest["files"].items():
        if _sha256(generation.folder / name) != entry["sha256"]:
            mend = f"Build it again with: pprsearch build --index {generation.folder.parent.parent}"
            raise IndexDamagedError(f"{generation.folder / name} is not what was built. {mend}")


def inputs_digest(parts: Mapping[str, str]) -> str:
    """Return one digest for named inputs (name -> sha256), so that a later run can tell whether anything changed."""
    data = json.dumps([sorted(parts.items()), schema.fingerprint()])
    return hashlib.sha256(data.encode()).hexdigest()


# --- writing ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _only_writer(index: Path) -> Iterator[None]:
    """Hold the index folder's lock; the operating system frees it when the process ends, however it ends."""
    try:
        (index / GENERATIONS).mkdir(parents=True, exist_ok=True)
        (index / GENERATIONS).chmod(0o700)
        lock = FileLock(index / "lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        message = f"Another run is writing to '{index}'. Wait until it has finished, then try again."
        raise IndexBusyError(message) from error
    except OSError as error:
        raise InputError(f"Cannot write to the index folder '{index}': {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()


def _new_folder(index: Path) -> Path:
    taken = [int(path.name) for path in (index / GENERATIONS).iterdir() if path.name.isdigit()]
    folder = index / GENERATIONS / f"{max(taken, default=0) + 1:06d}"
    folder.mkdir(mode=0o700)
    return folder


def _clear_unfinished(index: Path) -> None:
    """Remove what a killed run left: folders newer than the live generation were never switched to."""
    live = current_name(index)
    for path in (index / GENERATIONS).iterdir():
        if path.name.isdigit() and not (path / MANIFEST).is_file() and path.name != live:
            shutil.rmtree(path, ignore_errors=True)


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
    (folder / WHOOSH).mkdir(mode=0o700)
    write_index(ingest.articles, folder / WHOOSH)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "version": MANIFEST_VERSION,
        "schema": schema.fingerprint(),
        "source": source,
        "inputs": inputs,
        "articles": len(ingest.articles),
        "labels": labels,
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
            for path in files
        },
    }
    _write_json(folder / MANIFEST, manifest)


def _check(folder: Path, articles: tuple[Article, ...], profile: Profile) -> None:
    """Open what was written as a reader would: count the documents, and find some by their own titles."""
    engine = open_engine("whoosh", folder)
    try:
        expected = [article.id for article in document_order(articles)]
        if list(engine.doc_ids) != expected:
            raise IndexDamagedError(f"The new index holds {len(engine.doc_ids)} documents instead of {len(expected)}.")
        scorer = Scorer(engine, profile)
        for article in articles[:: max(1, len(articles) // N_PROBES)][:N_PROBES]:
            query = parse_query(article.title)
            doc = expected.index(article.id)
            if query.words and not bitmap.contains(scorer.match(query).matched, doc):
                raise IndexDamagedError(f"The new index does not find '{article.title}' by its own title.")
    finally:
        engine.close()


def _switch(index: Path, name: str) -> None:
    """Point to another generation: a reader sees the old name or the new one, never anything between."""
    draft = index / f"{POINTER}.new"
    with draft.open("w", encoding="ascii") as stream:
        stream.write(f"{name}\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(index / POINTER)
    _sync_folder(index)


def _prune(index: Path, keep: int) -> None:
    names = sorted(path.name for path in (index / GENERATIONS).iterdir() if path.name.isdigit())
    for name in names[:-keep]:
        shutil.rmtree(index / GENERATIONS / name, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    """Write everything below a folder, and the folder's own entry, to disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        _sync_folder(Path(root))
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
