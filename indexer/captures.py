"""Stores captures in `corpus/pages`, unchanged, before anything is made of them.

Input: files and folders as a librarian names them. Output: files below `corpus/pages`, each written whole or not at
all; what is there is never overwritten, and the same bytes are never stored twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from indexer.errors import StoreError
from indexer.model import Page, Problem
from indexer.pages import find_files, read_pages
from indexer.store import sync_folder

DRAFT_SUFFIX = ".storing"  # of hidden files, which are no pages: one that a killed run left is replaced or cleared
DIGITS_OF_CLASH = 8  # of the sha256, added to a name that other bytes have


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the files that were named, by their paths below the folder of captures.

    added    new files, in the order met.
    known    those that were there already, under this or another name.
    named    the files among both that were named themselves, rather than a folder that holds them.
    refused  a problem each for what cannot be a page; nothing was stored of it.
    """

    added: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    refused: tuple[Problem, ...] = ()


def store_captures(paths: Sequence[Path], pages: Path, max_page_mb: int) -> Stored:
    """Copy every page-like file among the paths into the folder of captures; files that lie in it stay where they are.

    StoreError when the folder cannot be written; what was stored before that stays, and is no harm.
    """
    added: list[str] = []
    known: list[str] = []
    named: list[str] = []
    refused: list[Problem] = []
    try:
        _clear_drafts(pages)
        names = _names_by_size(pages) if pages.is_dir() else {}
        for root in paths:
            for item in find_files(root):
                if isinstance(item, Problem):
                    refused.append(item)
                    continue
                path, shown = item
                problems = _why_no_page(path, max_page_mb)
                if problems is not None:
                    refused += problems
                    continue
                name, is_new = _store(path, shown, pages, names)
                if is_new:
                    added.append(name)
                elif name not in added:
                    known.append(name)
                if not root.is_dir():
                    named.append(name)
    except OSError as error:
        raise StoreError(
            f"{error.filename or pages} cannot be written: {error.strerror or error}. The index stays as it is. "
            "Make room or mend the permissions, then run the same command again."
        ) from error
    return Stored(tuple(added), tuple(dict.fromkeys(known)), tuple(dict.fromkeys(named)), tuple(refused))


def _why_no_page(path: Path, max_page_mb: int) -> list[Problem] | None:
    """Return what is wrong with a file that holds no page at all, or None when it holds one."""
    problems: list[Problem] = []
    for item in read_pages([path], max_page_mb):
        if isinstance(item, Page):
            return None
        problems.append(item)
    return problems


def _store(path: Path, shown: str, pages: Path, names: dict[int, list[str]]) -> tuple[str, bool]:
    """Store one file; return its name below `pages`, and whether it is new there."""
    if path.resolve().is_relative_to(pages.resolve()):
        return path.resolve().relative_to(pages.resolve()).as_posix(), False
    content = path.read_bytes()
    same_size = names.setdefault(len(content), [])
    for name in same_size:
        if (pages / name).read_bytes() == content:
            return name, False
    wanted = PurePosixPath(shown)
    if os.path.lexists(pages / wanted):
        digest = hashlib.sha256(content).hexdigest()[:DIGITS_OF_CLASH]
        suffixes = "".join(wanted.suffixes[-2:]) if wanted.suffix == ".gz" else wanted.suffix
        wanted = wanted.with_name(f"{wanted.name.removesuffix(suffixes)}-{digest}{suffixes}")
    _write_whole(pages / wanted, content)
    same_size.append(str(wanted))
    return str(wanted), True


def _write_whole(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}{DRAFT_SUFFIX}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)


def _clear_drafts(pages: Path) -> None:
    for draft in pages.rglob(f".*{DRAFT_SUFFIX}"):
        draft.unlink(missing_ok=True)


def _names_by_size(pages: Path) -> dict[int, list[str]]:
    """Return the files below the folder, hidden ones apart, by their size in bytes."""
    names: dict[int, list[str]] = {}
    for item in find_files(pages):
        if not isinstance(item, Problem):
            path = item[0]
            names.setdefault(path.stat().st_size, []).append(path.relative_to(pages).as_posix())
    return names
