"""Several processes that answer from one listening socket: a function that serves in, until all are told to stop.

Python runs one thread at a time, so threads share one core; processes use them all. They share the mapped index: it
is in memory once. A worker that dies is replaced; workers whose supervisor dies end by themselves.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

MIN_LIFE_SECONDS = 5.0  # a worker that ends sooner was never well
MOST_EARLY_DEATHS = 5

_log = logging.getLogger(__name__)


def run_workers(n_workers: int, serve: Callable[[], None]) -> None:
    """Run `serve` in `n_workers` processes until this one is interrupted or terminated; then end them and return.

    Call it before any thread is started: only the calling thread lives on in a forked process.
    RuntimeError when workers keep dying as soon as they were started.
    """
    alive_end, watch_end = os.pipe()[::-1]  # the workers read; the end of file tells them that this process is gone
    started: dict[int, float] = {}
    early_deaths = 0
    try:
        while True:
            while len(started) < n_workers:
                started[_start(serve, watch_end, alive_end)] = time.monotonic()
            pid, status = os.wait()
            lived = time.monotonic() - started.pop(pid)
            early_deaths = early_deaths + 1 if lived < MIN_LIFE_SECONDS else 0
            _log.error(
                "A worker ended (code %s) after %.0f s; another is started.", os.waitstatus_to_exitcode(status), lived
            )
            if early_deaths >= MOST_EARLY_DEATHS:
                raise RuntimeError(f"{early_deaths} workers in a row ended at once; the lines above say why")
    finally:
        for pid in started:
            os.kill(pid, signal.SIGTERM)
        for pid in started:
            os.waitpid(pid, 0)
        os.close(alive_end)
        os.close(watch_end)


def _start(serve: Callable[[], None], watch_end: int, alive_end: int) -> int:
    """Fork a worker and return its process id; the worker itself never returns from here."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.close(alive_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor passes it on as SIGTERM
        signal.signal(signal.SIGTERM, _leave)
        threading.Thread(target=_end_with_supervisor, args=(watch_end,), daemon=True).start()
        serve()
        code = 0
    except SystemExit:
        code = 0
    except Exception:
        _log.exception("A worker failed.")
    finally:
        os._exit(code)


def _leave(*_: object) -> None:
    raise SystemExit


def _end_with_supervisor(watch_end: int) -> None:
    os.read(watch_end, 1)
    os._exit(0)
