"""The static files: their folder in; each file with its version and its compressed form out.

Read and compressed once, when the application is made, and kept: there are three, of a few kilobytes.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

MIMETYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
VERSION_DIGITS = 10


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent. `version` changes with the content; `gzipped` is empty when it would be no shorter."""

    mimetype: str
    version: str
    content: bytes
    gzipped: bytes


def read_static_files(folder: Path) -> dict[str, StaticFile]:
    """Return the files of a folder by name."""
    return {path.name: _read(path) for path in sorted(folder.iterdir())}


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    gzipped = gzip.compress(content, compresslevel=9, mtime=0)
    return StaticFile(
        mimetype=MIMETYPES[path.suffix],
        version=hashlib.sha256(content).hexdigest()[:VERSION_DIGITS],
        content=content,
        gzipped=gzipped if len(gzipped) < len(content) else b"",
    )
