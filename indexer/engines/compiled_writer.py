"""Writes the compiled arrays: documents in, one file out that is the same however they were batched.

A build starts from nothing, an update from the live arrays; both compile batches of documents and merge them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from indexer.documents import Document
from indexer.engines.arrayfile import open_arrays, release, write_arrays
from indexer.engines.compilation import compile_part, merge_parts

BATCH = 500  # documents compiled at a time: bounds the memory of a build, 0.9 GB at its peak for 10,000 digests


class CompilationWriter:
    """Compiles documents in batches beside the file to be, and merges them into it. Used with `with`."""

    def __init__(self, path: Path, base: Path | None = None, removed: Collection[str] = ()) -> None:
        """Begin the file at `path`; with the documents of the file `base`, if given, less those with `removed` ids.

        IndexDamagedError when `base` is not what was written.
        """
        self._path = path
        self._parts = [open_arrays(base)] if base else []
        self._removed = removed
        self._batch: list[Document] = []
        self._drafts: list[Path] = []

    def __enter__(self) -> CompilationWriter:
        return self

    def add(self, document: Document) -> None:
        """Add one document; its id must be new, or among the removed ones."""
        self._batch.append(document)
        if len(self._batch) == BATCH:
            self._flush()

    def _flush(self) -> None:
        draft = self._path.with_name(f"{self._path.name}.part{len(self._drafts)}")
        write_arrays(draft, compile_part(self._batch).items())
        self._drafts.append(draft)
        self._batch = []

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            self._flush()
            write_arrays(self._path, self._merged())
        for draft in self._drafts:
            draft.unlink()

    def _merged(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the tables of all parts as one. Of the parts, only what one table needs is in memory at a time."""
        parts = self._parts
        for draft in self._drafts:
            parts.append(open_arrays(draft))
            release(parts[-1])
        for table in merge_parts(parts, self._removed):
            yield table
            for part in parts:
                release(part)
