"""Step 1 of 8. Files and folders -> Page. Reads bytes, parses nothing.

Input: paths as a librarian gives them. Output: pages in a fixed order (by path), each capture once, and a Problem for
everything that is not a page, so that nothing is passed over in silence.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
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
        for item in _files(root):
            found += 1
            if isinstance(item, Problem):
                yield item
                continue
            path, shown = item
            page = _read_page(path, shown, max_page_mb)
            if isinstance(page, Page):
                if page.sha256 in seen:
                    message = f"The same file as {seen[page.sha256]}; it was read once. Nothing to do."
                    yield Problem("same-file", message, shown, level="note")
                    continue
                seen[page.sha256] = shown
            yield page
        if not found:  # only a folder can hold nothing
            message = f"The folder holds no page. Put files ending in {SUFFIXES} into it, or name another folder."
            yield Problem("no-pages", message, _shown(str(root)), level="skipped")


def _files(root: Path) -> Iterator[tuple[Path, str] | Problem]:
    """Yield (file, path to show) for a file, or for every page-like file below a folder, by path."""
    try:
        is_folder = root.is_dir()
    except OSError:  # no right to look: reading it will say so
        is_folder = False
    if not is_folder:
        yield root, _shown(root.name)
        return
    found: list[tuple[str, Path]] = []
    problems: list[Problem] = []

    def report(error: OSError) -> None:
        message = f"The folder cannot be read: {_reason(error)}. Check its permissions."
        problems.append(Problem("unreadable", message, _shown(str(error.filename)), level="skipped"))

    for folder, subfolders, names in os.walk(root, onerror=report):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in names:
            path = Path(folder) / name
            if path.suffix.lower() in FORMAT_OF_SUFFIX and not name.startswith("."):
                found.append((_shown(path.relative_to(root).as_posix()), path))
    yield from ((path, shown) for shown, path in sorted(found))
    yield from problems


def _read_page(path: Path, shown: str, max_page_mb: int) -> Page | Problem:
    format_name = FORMAT_OF_SUFFIX.get(path.suffix.lower())
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a named pipe would be read for ever
            return Problem("not-a-page", "It is no ordinary file. Leave it out.", shown, level="skipped")
        if format_name is None:
            message = f"Pages end in {SUFFIXES}. Rename the file or leave it out."
            return Problem("not-a-page", message, shown, level="skipped")
        size_mb = status.st_size / 1e6
        if size_mb > max_page_mb:
            message = (
                f"The file has {size_mb:.1f} MB, more than a page may have ({max_page_mb} MB), and was not read. "
                "Split it, or raise max_page_mb."
            )
            return Problem("too-large", message, shown, level="skipped")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Problem(
            "missing", "There is no such file or folder. Check the path.", _shown(str(path)), level="skipped"
        )
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        message = f"The file cannot be read: {_reason(error)}. Check its name and permissions."
        return Problem("unreadable", message, shown, level="skipped")
    if not content.strip():
        return Problem("empty", "The file is empty. Save the page again.", shown, level="skipped")
    match = SAVED_FROM.search(content[:SAVED_FROM_WITHIN_BYTES]) if format_name == "html" else None
    url = match.group(1).decode("utf-8", "replace") if match else None
    return Page(shown, format_name, content, hashlib.sha256(content).hexdigest(), url)


def _shown(path: str) -> str:
    """Return a path that can be printed: bytes of a name that are not UTF-8 become U+FFFD, control characters go."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
