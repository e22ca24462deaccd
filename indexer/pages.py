"""Step 1 of 8. Files and folders -> Page. Reads bytes, parses nothing.

Input: paths as a librarian gives them. Output: pages in a fixed order (by path), each capture once, and a Problem for
everything that is not a page, so that nothing is passed over in silence. A new kind of file is a line of the table.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from indexer.model import Page, Problem, Walk
from indexer.warc import read_wacz, read_warc

# A browser's "save page as" writes this comment; the number is the length of the address.
SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
SAVED_FROM_WITHIN_BYTES = 2000
RECORDS_SUFFIXES = (".jsonl", ".jsonl.gz")  # no pages: articles, which `build --records` reads


def read_pages(paths: Sequence[Path], max_page_mb: int) -> Iterator[Page | Problem]:
    """Yield every page below `paths`, and a Problem for whatever cannot be one.

    A folder is searched downward for files with a known ending; other files in it are no pages and are passed over,
    hidden ones too. A file that is named must be of a known kind. A web archive gives all HTML pages in it.
    The same bytes met twice give one page (the first path), unless archives say that they were seen at another address
    or at another time: which text is the newest depends on that.
    """
    return (item for item in read_captures(paths, max_page_mb) if not isinstance(item, Walk))


def read_captures(paths: Sequence[Path], max_page_mb: int) -> Iterator[Page | Walk | Problem]:
    """Yield what `read_pages` yields and, where it stands in an archive, each walk that `fetch` noted."""
    seen: dict[tuple[str | None, ...], str] = {}  # what makes a capture -> where it was met first
    for root in paths:
        found = 0
        for item in find_files(root):
            found += 1
            if isinstance(item, Problem):
                yield item
                continue
            for capture in _read_file(*item, max_page_mb):
                if isinstance(capture, Page):
                    of_archive = capture.fetched_at and (capture.url, capture.fetched_at)
                    key = capture.sha256, *(of_archive or ())
                    if key in seen:
                        message = f"The same file as {seen[key]}; it was read once. Nothing to do."
                        yield Problem("same-file", message, capture.path, level="note")
                        continue
                    seen[key] = capture.path
                yield capture
        if not found:  # only a folder can hold nothing
            message = f"The folder holds no page. Put files ending in {SUFFIXES} into it, or name another folder."
            yield Problem("no-pages", message, _shown(str(root)), level="skipped")


def find_files(root: Path) -> Iterator[tuple[Path, str] | Problem]:
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
            if _reader_of(name) and not name.startswith("."):
                found.append((_shown(path.relative_to(root).as_posix()), path))
    yield from ((path, shown) for shown, path in sorted(found))
    yield from problems


def _read_file(path: Path, shown: str, max_page_mb: int) -> Iterator[Page | Walk | Problem]:
    """Yield what a file holds, or the reason why it cannot be read."""
    read = _reader_of(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a named pipe would be read for ever
            yield Problem("not-a-page", "It is no ordinary file. Leave it out.", shown, level="skipped")
        elif read is None:
            message = f"Pages end in {SUFFIXES}. Rename the file or leave it out."
            if path.name.lower().endswith(RECORDS_SUFFIXES):
                message = "The file holds records, no pages. Build from it with: pprsearch build --records FILE"
            yield Problem("not-a-page", message, shown, level="skipped")
        else:
            yield from read(path, shown, max_page_mb)
    except (FileNotFoundError, NotADirectoryError):
        message = "There is no such file or folder. Check the path."
        yield Problem("missing", message, _shown(str(path)), level="skipped")
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        message = f"The file cannot be read: {_reason(error)}. Check its name and permissions."
        yield Problem("unreadable", message, shown, level="skipped")


def _read_page(format_name: str, path: Path, shown: str, max_page_mb: int) -> Iterator[Page | Problem]:
    """Yield the one page that a file is."""
    size_mb = path.stat().st_size / 1e6
    if size_mb > max_page_mb:
        message = (
            f"The file has {size_mb:.1f} MB, more than a page may have ({max_page_mb} MB), and was not read. "
            "Split it, or raise max_page_mb."
        )
        yield Problem("too-large", message, shown, level="skipped")
        return
    content = path.read_bytes()
    if not content.strip():
        yield Problem("empty", "The file is empty. Save the page again.", shown, level="skipped")
        return
    match = SAVED_FROM.search(content[:SAVED_FROM_WITHIN_BYTES]) if format_name == "html" else None
    url = match.group(1).decode("utf-8", "replace") if match else None
    yield Page(shown, format_name, content, hashlib.sha256(content).hexdigest(), url)


Reader = Callable[[Path, str, int], Iterator[Page | Walk | Problem]]
READER_OF_SUFFIX: dict[str, Reader] = {
    ".html": partial(_read_page, "html"),
    ".htm": partial(_read_page, "html"),
    ".txt": partial(_read_page, "text"),
    ".warc": read_warc,
    ".warc.gz": read_warc,
    ".wacz": read_wacz,
}
SUFFIXES = ", ".join(READER_OF_SUFFIX)


def _reader_of(name: str) -> Reader | None:
    return next((read for suffix, read in READER_OF_SUFFIX.items() if name.lower().endswith(suffix)), None)


def _shown(path: str) -> str:
    """Return a path that can be printed: bytes of a name that are not UTF-8 become U+FFFD, control characters go."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
