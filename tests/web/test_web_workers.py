"""`pprsearch serve --workers`: several real processes behind one address, some of them killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hand_made_pages import PAGES, build_pages, write_pages
from test_web_serve import fetch, served, stopped

from indexer import Config

PATIENCE_SECONDS = 20.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to see a process's children")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_two_workers_answer_and_end_with_their_supervisor(built_config: Config) -> None:
    with served(built_config, "--workers", "2") as (process, _, address):
        assert wait_until(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        assert "<h1" in fetch(f"{address}search?q=therapy")
        assert stopped(process, signal.SIGTERM) == (0, "")
        assert wait_until(lambda: not any(is_running(pid) for pid in workers))


def test_a_killed_worker_is_replaced_and_readers_are_answered_meanwhile(built_config: Config) -> None:
    with served(built_config, "--workers", "2") as (process, _, address):
        assert wait_until(lambda: len(children(process.pid)) == 2)
        victim, survivor = children(process.pid)
        os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda: len(set(children(process.pid)) - {victim}) == 2)
        assert survivor in children(process.pid)
        for _ in range(10):
            assert "<h1" in fetch(f"{address}search?q=therapy")
        assert process.poll() is None


def test_all_workers_serve_a_new_generation_without_a_failed_request(own_config: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    build_pages(own_config, write_pages(saved, {"May 2022": PAGES["May 2022"]}))
    with served(own_config, "--workers", "2") as (_, _, address):
        assert "All 2 digests" in fetch(f"{address}search")
        build_pages(own_config, write_pages(saved, PAGES))
        for _ in range(20):  # whichever worker answers
            assert "All 14 digests" in fetch(f"{address}search")


def test_workers_do_not_outlive_a_supervisor_that_was_killed(built_config: Config) -> None:
    with served(built_config, "--workers", "2") as (process, _, _address):
        assert wait_until(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        process.kill()
        assert wait_until(lambda: not any(is_running(pid) for pid in workers))
