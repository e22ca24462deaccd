"""Where a command writes what it was asked for: a file that appears whole or not at all, or standard output."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from indexer.errors import OutputError

STANDARD_OUTPUT = Path("-")


@contextlib.contextmanager
def open_output(path: Path | None) -> Iterator[TextIO]:
    """Yield a stream in UTF-8, whatever the terminal is set to; None and `-` are standard output.

    An existing file is replaced when everything was written; a device or a named pipe is written to as it is.
    OutputError when that is impossible.
    """
    if path is None or path == STANDARD_OUTPUT:
        if sys.stdout is None:
            raise OutputError("There is no standard output to write to. Name a file with -o.")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        yield sys.stdout
        return
    try:
        target = path.resolve()  # a link stays, the file that it points to is replaced
        if target.exists() and not target.is_file():
            with target.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with draft.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(f"{path} cannot be written: {reason}. Make room or name another file with -o.") from error
