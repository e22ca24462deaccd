"""The engines by name, and the one way to write what they read.

A new engine is a file here and a line in the table; `tests/engine` then runs the whole contract on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.documents import make_documents
from indexer.engines.base import Engine
from indexer.engines.compiled import CompilationWriter, CompiledEngine
from indexer.engines.whoosh_engine import WhooshEngine, WhooshWriter
from indexer.model import Article

RECORD_ENGINE, FAST_ENGINE = "whoosh", "compiled"
WHOOSH_FOLDER = "whoosh"
COMPILED_FILE = "compiled.arrays"

ENGINES: dict[str, Callable[[Path], Engine]] = {
    FAST_ENGINE: lambda generation: CompiledEngine(generation / COMPILED_FILE),
    RECORD_ENGINE: lambda generation: WhooshEngine(generation / WHOOSH_FOLDER),
}


def write_indexes(articles: Sequence[Article], generation: Path) -> None:
    """Write the index of record and its compilation into the folder of a generation; each article is analysed once."""
    (generation / WHOOSH_FOLDER).mkdir(mode=0o700)
    # Whoosh, the inner one, is written out first: its postings leave memory before the compiled parts are merged
    with (
        CompilationWriter(generation / COMPILED_FILE) as compilation,
        WhooshWriter(generation / WHOOSH_FOLDER) as whoosh,
    ):
        for document in make_documents(articles):
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
