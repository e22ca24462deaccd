"""Whatever happens to a build - killed, interrupted, two at once, no room, no permission - the old index serves on."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from indexer import SearchRequest, current_name, open_index

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
BUILD = [sys.executable, "-c", "from webui.cli import main; main()", "build", str(SAMPLE), "--index", "index"]

Run = Callable[..., Any]


def _generations(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "generations").iterdir())


def _finds_therapy(index: Path) -> bool:
    """Search as a reader does; opening the index checks every file."""
    searcher = open_index(index, ROOT / "corpus")
    try:
        return searcher.search(SearchRequest("therapy")).total > 0
    finally:
        searcher.close()


def _start_build(folder: Path) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PPRSEARCH_")}
    pipe = subprocess.PIPE
    return subprocess.Popen(BUILD, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def _wait_for_a_new_folder(index: Path, build: subprocess.Popen[str], known: list[str]) -> None:
    while _generations(index) == known:
        assert build.poll() is None, "the build ended before it was interrupted"
        time.sleep(0.001)


def test_killed_at_any_moment_the_index_that_was_live_or_the_new_one_serves_on_whole(index: Path, run: Run) -> None:
    moments = random.Random(1)
    took = time.monotonic()
    assert run("build", SAMPLE, "--index", "index").returncode == 0
    took = time.monotonic() - took
    for _ in range(10):
        name_before = current_name(index)
        build = _start_build(index.parent)
        time.sleep(moments.uniform(0.2, 1.0) * took)
        build.kill()
        build.communicate()
        assert str(current_name(index)) >= str(name_before)
        assert _finds_therapy(index)
    name_before = current_name(index)
    assert run("build", SAMPLE, "--index", "index").returncode == 0
    assert str(current_name(index)) > str(name_before)
    finished = [name for name in _generations(index) if (index / "generations" / name / "manifest.json").is_file()]
    assert _generations(index) == finished, "leftovers of killed runs are cleared"


def test_killed_while_it_writes_it_leaves_a_folder_that_the_next_build_clears(index: Path, run: Run) -> None:
    build = _start_build(index.parent)
    _wait_for_a_new_folder(index, build, ["000001"])
    build.kill()
    build.communicate()
    assert _generations(index) == ["000001", "000002"]
    assert current_name(index) == "000001"
    done = run("build", SAMPLE, "--index", "index")  # the lock of the killed process is free
    assert done.returncode == 0, done.stderr
    assert _generations(index) == ["000001", "000003"], "a name that was taken never comes back"


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_says_so_in_one_line_and_leaves_nothing_behind(
    sent: signal.Signals, code: int, index: Path, run: Run
) -> None:
    build = _start_build(index.parent)
    _wait_for_a_new_folder(index, build, ["000001"])
    build.send_signal(sent)
    _, errors = build.communicate(timeout=60)
    assert build.returncode == code
    assert errors.strip() == "pprsearch: interrupted. The live index is whole; what was not finished is dropped."
    assert _generations(index) == ["000001"]
    assert _finds_therapy(index)


def test_a_finished_generation_that_was_never_switched_to_is_not_live_and_is_cleared(index: Path, run: Run) -> None:
    shutil.copytree(index / "generations" / "000001", index / "generations" / "000002")
    assert current_name(index) == "000001"
    assert run("build", SAMPLE, "--index", "index").returncode == 0
    assert _generations(index) == ["000001", "000003"]


def test_of_two_builds_at_once_the_second_is_refused_with_a_reason(index: Path, run: Run) -> None:
    with FileLock(index / "lock"):
        done = run("build", SAMPLE, "--index", "index")
    assert done.returncode == 1
    assert done.stderr == "pprsearch: Another run is writing to 'index'. Wait until it has finished, then try again.\n"
    assert run("build", SAMPLE, "--index", "index").returncode == 0


# --- no room, no permission ------------------------------------------------------------------------------------------


def _assert_serves_on(index: Path, run: Run, done: Any) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Searches go on with the index that was there before" in done.stderr
    assert current_name(index) == "000001"
    assert _generations(index) == ["000001"]
    assert _finds_therapy(index)


@pytest.mark.parametrize("limit_kb", [1, 100])
def test_a_file_that_cannot_grow_any_further_leaves_the_old_index_live(limit_kb: int, index: Path, run: Run) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_kb * 1024, limit_kb * 1024))

    done = run("build", SAMPLE, "--index", "index", preexec_fn=limit)
    _assert_serves_on(index, run, done)
    assert "File too large" in done.stderr


@contextlib.contextmanager
def _small_disk(folder: Path, size_kb: int) -> Iterator[None]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # lazily: a late reader must not fail the test


def test_a_full_disk_leaves_the_old_index_live_and_says_so(tmp_path: Path, run: Run) -> None:
    with _small_disk(tmp_path / "disk", 2000):
        index = tmp_path / "disk" / "index"
        assert run("build", SAMPLE / "2020-12.html", "--index", index).returncode == 0
        filler = tmp_path / "disk" / "filler"
        filler.touch()
        refused = 0
        for free_kb in (0, 100, 700):
            usage = os.statvfs(filler)
            free = usage.f_bavail * usage.f_frsize + filler.stat().st_size
            filler.write_bytes(b"\0" * max(0, free - free_kb * 1024))
            done = run("build", SAMPLE, "--index", index)
            assert _finds_therapy(index)
            if done.returncode == 0:
                break
            refused += 1
            assert "No space left on device" in done.stderr
            assert done.stderr.count("\n") == 1, done.stderr
            assert current_name(index) == "000001"
            assert _generations(index) == ["000001"]
        assert refused >= 2


def test_a_file_where_the_index_folder_should_be_is_named_in_the_message(tmp_path: Path, run: Run) -> None:
    (tmp_path / "taken").write_text("mine")
    for index in ("taken", "taken/index"):
        done = run("build", SAMPLE, "--index", index)
        assert done.returncode == 1
        assert f"The index folder '{index}' cannot be written" in done.stderr
        assert "--index" in done.stderr
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_file_where_generations_should_be_leaves_a_message(tmp_path: Path, run: Run) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "generations").write_text("")
    done = run("build", SAMPLE, "--index", "index")
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr


def test_a_pointer_that_cannot_be_replaced_leaves_no_new_generation(index: Path, run: Run) -> None:
    (index / "current.new").mkdir()
    _assert_serves_on(index, run, run("build", SAMPLE, "--index", "index"))


def test_index_folders_are_private_to_their_user(index: Path) -> None:
    for folder in (index, *(path for path in index.rglob("*") if path.is_dir())):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_a_folder_that_was_there_before_keeps_its_mode_and_what_is_made_in_it_is_private(
    tmp_path: Path, run: Run
) -> None:
    (tmp_path / "index").mkdir(mode=0o755)
    assert run("build", SAMPLE / "2020-12.html", "--index", "index").returncode == 0
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "index" / "generations").stat().st_mode) == 0o700
