"""The index folder on disk: its lock, the pointer to the live generation, the numbers of generations.

    index/
      lock                    held by whoever writes; the operating system frees it when the process ends
      current                 one line: the name of the live generation, and the sha256 of its manifest
      generations/000001/     what one run made; with a manifest.json it is finished, without one it is not

Whoosh's files hold pickles, so the folders are private to their user.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from indexer.errors import IndexBusyError, IndexDamagedError, StoreError

LOCK = "lock"
LOCK_SECONDS = 0.2  # `is_writing` holds it for an instant, which must not refuse a run
POINTER = "current"
POINTER_LINE = re.compile(r"(\d{6,}) ([0-9a-f]{64})\n")
GENERATIONS = "generations"
MANIFEST = "manifest.json"


@contextlib.contextmanager
def only_writer(index: Path) -> Iterator[None]:
    """Make the index folder if need be and hold its lock; IndexBusyError when another process does."""
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        for folder in (index, index / GENERATIONS):
            folder.mkdir(mode=0o700, exist_ok=True)
        (index / GENERATIONS).chmod(0o700)  # `index` itself may be a folder that was there before: it keeps its mode
        lock = FileLock(index / LOCK, timeout=LOCK_SECONDS, is_singleton=True)  # a thread may take it again
        lock.acquire()
    except Timeout as error:
        message = f"Another run is writing to '{index}'. Wait until it has finished, then try again."
        raise IndexBusyError(message) from error
    except OSError as error:
        raise StoreError(
            f"The index folder '{index}' cannot be written: {error.strerror or error}. "
            "Check that it is a folder of yours with free space, or name another with --index."
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_writing(index: Path) -> bool:
    """Tell whether a run is at work on the index folder; False also when nobody may say."""
    if not (index / LOCK).exists():
        return False
    try:
        with FileLock(index / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def build_command(index: Path) -> str:
    """Return the command that mends an index, for messages."""
    return f"pprsearch build --index {shlex.quote(str(index))}"


def compile_command(index: Path) -> str:
    """Return the command that mends the compiled arrays of an index, for messages."""
    return f"pprsearch compile --index {shlex.quote(str(index))}"


# --- the pointer -----------------------------------------------------------------------------------------------------


def read_pointer(index: Path) -> tuple[str, str] | None:
    """Return the name of the live generation and the sha256 of its manifest, or None when nothing was built yet."""
    path = index / POINTER
    try:
        line = path.read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        mend = f"Build the index again with: {build_command(index)}"
        raise IndexDamagedError(f"{path} cannot be read ({error}). {mend}") from error
    match = POINTER_LINE.fullmatch(line)
    if match is None:
        mend = f"Build the index again with: {build_command(index)}"
        raise IndexDamagedError(f"{path} is damaged: it does not name a generation. {mend}")
    return match[1], match[2]


@lru_cache(maxsize=16)
def _pointer(index: Path) -> Path:
    """Return the pointer's path; joined once, because every request asks for its stamp."""
    return index / POINTER


def pointer_stamp(index: Path) -> tuple[int, int] | None:
    """Return what changes when the pointer does, or None when there is none: a tenth of the cost of reading it."""
    try:
        entry = _pointer(index).stat()
    except OSError:
        return None
    return entry.st_ino, entry.st_mtime_ns


def live_name(index: Path) -> str | None:
    """Return the name of the live generation, or None also when the pointer is damaged."""
    try:
        pointer = read_pointer(index)
    except IndexDamagedError:
        return None
    return pointer[0] if pointer else None


def switch(index: Path, name: str) -> None:
    """Point to another generation: a reader sees the old name or the new one, never anything between."""
    draft = index / f"{POINTER}.new"
    with draft.open("w", encoding="ascii") as stream:
        stream.write(f"{name} {sha256(index / GENERATIONS / name / MANIFEST)}\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(index / POINTER)
    sync_folder(index)


# --- folders of generations ------------------------------------------------------------------------------------------


def new_folder(index: Path) -> Path:
    """Clear what killed runs left, and make the folder of a new generation.

    Its number is higher than any that is there or was live: a server notices a switch by the name, so no name that may
    have been seen comes back.
    """
    numbers = _numbers(index)
    live = live_name(index)
    for number in numbers:
        folder = _folder(index, number)
        never_live = live is not None and number > int(live)
        if folder.name != live and (never_live or not (folder / MANIFEST).is_file()):
            remove(folder)
    folder = _folder(index, max([*numbers, int(live or 0)]) + 1)
    folder.mkdir(mode=0o700)
    return folder


def prune(index: Path, keep: int) -> None:
    """Remove the oldest generations until `keep` are left; the live one always stays."""
    live = live_name(index)
    others = [folder for number in _numbers(index) if (folder := _folder(index, number)).name != live]
    for folder in others[: max(0, len(others) - (keep - 1))]:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a generation, its manifest first: without one it is no generation, even when this is interrupted."""
    with contextlib.suppress(OSError):
        (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def folders(index: Path) -> list[Path]:
    """Return the folders of all generations there are, finished or not, oldest first; [] when there is no index."""
    return [_folder(index, number) for number in _numbers(index)] if (index / GENERATIONS).is_dir() else []


def _numbers(index: Path) -> list[int]:
    """Return the numbers of all generations there are, finished or not, ascending."""
    return sorted(int(path.name) for path in (index / GENERATIONS).iterdir() if re.fullmatch(r"\d{6,}", path.name))


def _folder(index: Path, number: int) -> Path:
    return index / GENERATIONS / f"{number:06d}"


# --- files -----------------------------------------------------------------------------------------------------------


def sha256(path: Path) -> str:
    """Return the digest of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync_tree(folder: Path) -> None:
    """Write everything below a folder, and the folder's own entry, to disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb") as stream:
                os.fsync(stream.fileno())
        sync_folder(Path(root))
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Write the entries of a folder, such as the name of a new file, to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
