"""Which program this is: folders of its source in; a digest that changes with any of their files out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path


def source_digest(packages: Iterable[Path], suffixes: Collection[str]) -> str:
    """Return a digest, hexadecimal, of all files below some folders whose names end so. Takes a few milliseconds."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted(package.rglob("*")):
            if path.suffix in suffixes:
                content = path.read_bytes()
                digest.update(f"{path.relative_to(package).as_posix()}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()
