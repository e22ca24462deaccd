"""Writes the records of the live generation. A new format is a function here and a line in the table."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TextIO

from indexer.generations import RECORDS, Generation


def write_jsonl(generation: Generation, stream: TextIO) -> None:
    """Write the records as they stand: one article a line, by id; `build --records` reads them back."""
    with (generation.folder / RECORDS).open(encoding="utf-8", newline="") as records:
        shutil.copyfileobj(records, stream)


FORMATS: dict[str, Callable[[Generation, TextIO], None]] = {"jsonl": write_jsonl}
