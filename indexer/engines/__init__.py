"""The engines by name. A new one is a file here and a line below; `tests/engine` then runs the whole contract on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.engines.base import Engine
from indexer.engines.whoosh_engine import WhooshEngine

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "whoosh": lambda folder: WhooshEngine(folder / "whoosh"),
}


def open_engine(name: str, folder: Path) -> Engine:
    """Open a generation's folder with the named engine."""
    return ENGINES[name](folder)
