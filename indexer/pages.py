"""Step 1 of 8. Files and folders -> Page. Reads bytes, parses nothing.

Input: paths as a librarian gives them. Output: pages in a fixed order (by path), each capture once, and a Problem for
everything that is not a page, so that nothing is passed over in silence.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.model import Page, Problem

FORMAT_OF_SUFFIX = {".html": "html", ".htm": "html", ".txt": "text"}
SUFFIXES = ", ".join(FORMAT_OF_SUFFIX)

# A browser's "save page as" writes this comment; the number is the length of the address.
SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
SAVED_FROM_WITHIN_BYTES = 2000


def read_pages(paths: Sequence[Path], max_page_mb: int) -> Iterator[Page | Problem]:
    """Yield every page below `paths`, and a Problem for whatever cannot be one.

    A folder is searched downward for files ending in .html, .htm or .txt; other files in it are no pages and are passed
    over, hidden ones too. A file that is named must be a page. The same bytes met twice give one page (the first path).
    """
    seen: dict[str, str] = {}
    for root in paths:
        found = 0
        for path, shown in _files(root):
            found += 1
            page = _read_page(path, shown, max_page_mb)
            if isinstance(page, Page):
                if page.sha256 in seen:
                    message = f"The same file as {seen[page.sha256]}; it was read once. Nothing to do."
                    yield Problem("same-file", message, shown, level="note")
                    continue
                seen[page.sha256] = shown
            yield page
        if root.is_dir() and not found:
            message = f"The folder holds no page. Put files ending in {SUFFIXES} into it, or name another folder."
            yield Problem("no-pages", message, str(root), level="skipped")


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield (file, path to show) for a file, or for every page-like file below a folder, by path."""
    if not root.is_dir():
        yield root, root.name
        return
    found: list[tuple[Path, str]] = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(folder) / name
            if path.suffix.lower() in FORMAT_OF_SUFFIX and not name.startswith("."):
                found.append((path, path.relative_to(root).as_posix()))
    yield from sorted(found, key=lambda item: item[1])


def _read_page(path: Path, shown: str, max_page_mb: int) -> Page | Problem:
    format_name = FORMAT_OF_SUFFIX.get(path.suffix.lower())
    if not path.exists():
        return Problem("missing", "There is no such file or folder. Check the path.", str(path), level="skipped")
    if format_name is None:
        return Problem(
            "not-a-page", f"Pages end in {SUFFIXES}. Rename the file or leave it out.", shown, level="skipped"
        )
    try:
        size_mb = path.stat().st_size / 1e6
        if size_mb > max_page_mb:
            message = (
                f"The file has {size_mb:.0f} MB, more than a page may have ({max_page_mb} MB), and was not read. "
                "Split it, or raise max_page_mb."
            )
            return Problem("too-large", message, shown, level="skipped")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        return Problem(
            "unreadable", f"The file cannot be read: {reason}. Check its permissions.", shown, level="skipped"
        )
    if not content.strip():
        return Problem("empty", "The file is empty. Save the page again.", shown, level="skipped")
    match = SAVED_FROM.search(content[:SAVED_FROM_WITHIN_BYTES]) if format_name == "html" else None
    url = match.group(1).decode("utf-8", "replace") if match else None
    return Page(shown, format_name, content, hashlib.sha256(content).hexdigest(), url)
