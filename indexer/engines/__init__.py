"""The engines by name, and the one way to write what they read.

A new engine is a file here and a line in the table; `tests/engine` then runs the whole contract on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import make_documents
from indexer.engines.base import Engine
from indexer.engines.compiled import CompiledEngine
from indexer.engines.compiled_writer import CompilationWriter
from indexer.engines.whoosh_engine import WhooshEngine, WhooshWriter
from indexer.model import Article
from indexer.progress import Progress, no_progress

RECORD_ENGINE, FAST_ENGINE = "whoosh", "compiled"
WHOOSH_FOLDER = "whoosh"
COMPILED_FILE = "compiled.arrays"

ENGINES: dict[str, Callable[[Path], Engine]] = {
    FAST_ENGINE: lambda generation: CompiledEngine(generation / COMPILED_FILE),
    RECORD_ENGINE: lambda generation: WhooshEngine(generation / WHOOSH_FOLDER),
}


@dataclass(frozen=True, slots=True)
class Base:
    """An earlier generation to start from: its folder, and the ids of its documents that went or changed."""

    folder: Path
    removed: Collection[str]


def write_indexes(
    articles: Sequence[Article], generation: Path, base: Base | None = None, progress: Progress = no_progress
) -> None:
    """Write the index of record and its compilation into the folder of a generation; each article is analysed once.

    articles  beside a base only those that are new or changed.
    """
    whoosh_folder, compiled = generation / WHOOSH_FOLDER, generation / COMPILED_FILE
    whoosh_folder.mkdir(mode=0o700)
    if base:
        # copies, not links: what damages one generation must not reach the one to go back to
        for path in (base.folder / WHOOSH_FOLDER).iterdir():
            shutil.copyfile(path, whoosh_folder / path.name)
    removed = base.removed if base else ()
    # Whoosh, the inner one, is written out first: its postings leave memory before the compiled parts are merged
    with (
        CompilationWriter(compiled, base.folder / COMPILED_FILE if base else None, removed) as compilation,
        WhooshWriter(whoosh_folder, removed) as whoosh,
    ):
        for document in progress(make_documents(articles), len(articles), "Indexing digests"):
            whoosh.add(document)
            compilation.add(document)


def write_compilation(articles: Sequence[Article], path: Path) -> None:
    """Write the compiled arrays alone: the same bytes as `write_indexes` gives for the same articles."""
    with CompilationWriter(path) as compilation:
        for document in make_documents(articles):
            compilation.add(document)


def open_engine(name: str, generation: Path) -> Engine:
    """Open a generation's folder with the named engine."""
    return ENGINES[name](generation)
