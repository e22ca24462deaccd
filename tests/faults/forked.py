"""Runs of `pprsearch` that start in a moment and can be struck at any step they take on disk.

A server process imports the program once and forks a child for each run, which is a process of its own: it can be
killed. A *step* is a moment at which the disk changes: before and after a file is opened for writing, before something
is made, renamed, linked, removed or written out for good. Steps are counted from 1.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PPRSEARCH = [sys.executable, "-c", "from webui.cli import main; main()"]
PRELOADED = ("build", "check", "compile", "rollback", "search", "status", "update")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate"}
NEEDS_ROOM = {"open", "os.mkdir", "os.link", "os.fsync"}  # what a full disk refuses; renaming and removing it allows


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings of the program, plus `variables`."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PPRSEARCH_")} | variables


class Ended(NamedTuple):
    """How a run ended: exit code (negative: the signal), what it printed, and how many steps it took."""

    code: int
    out: str
    err: str
    steps: int


class Forks:
    """The server, as a test sees it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        pipe = subprocess.PIPE
        command = [sys.executable, __file__]
        self._server = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment())

    def run(
        self,
        cwd: Path,
        *arguments: str | Path,
        kill_at: int = 0,
        kill_after_s: float = 0.0,
        refuse: str = "",
        refuse_from: int = 1,
    ) -> Ended:
        """Run `pprsearch` with arguments in a folder, to its end.

        kill_at       the step at which it kills itself; 0: none.
        kill_after_s  when it is killed from outside; 0: never.
        refuse        "full" or "read-only": what the disk is from step `refuse_from` on; "": neither.
        """
        out, err, steps = (self._folder / name for name in ("out", "err", "steps"))
        job = {
            "cwd": str(cwd),
            "arguments": [str(argument) for argument in arguments],
            "kill_at": kill_at,
            "refuse": refuse,
            "refuse_from": refuse_from,
            "files": [str(out), str(err), str(steps)],
        }
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(job) + "\n")
        self._server.stdin.flush()
        pid = int(self._server.stdout.readline())
        if kill_after_s:
            time.sleep(kill_after_s)
            os.kill(pid, signal.SIGKILL)  # still there, if only as a zombie: the server waits for our word
        self._server.stdin.write("\n")
        self._server.stdin.flush()
        code = int(self._server.stdout.readline())
        taken = int(steps.read_text()) if code >= 0 else 0
        return Ended(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"), taken)

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin and self._server.stdout
        self._server.stdin.close()
        self._server.wait(30)
        self._server.stdout.close()


# --- in the server ---------------------------------------------------------------------------------------------------


def serve(main: Callable[[list[str]], int]) -> None:
    """Fork a child for every line of standard input, and print its process id and its exit code."""
    while line := sys.stdin.readline():
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            run(job, main)
        print(pid, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def run(job: dict[str, Any], main: Callable[[list[str]], int]) -> None:
    """Run the command line in this process, and end it."""
    out, err, steps = job["files"]
    os.chdir(job["cwd"])
    for number, name in ((1, out), (2, err)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    counter = Counter(job)
    sys.addaudithook(counter.hear)
    counter.replace_what_is_not_announced()
    code = main(job["arguments"])
    counter.ended = True
    sys.stdout.flush()
    sys.stderr.flush()
    Path(steps).write_text(str(counter.taken))
    os._exit(code)


class Counter:
    """Counts the steps of this process, and strikes at the one that the job names."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self.taken = 0
        self.ended = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and arguments[2] & WRITING):
            self.step(event)

    def replace_what_is_not_announced(self) -> None:
        """Count the moment when a file is open for writing and still empty, and writing it out for good."""
        plain_fsync, plain_open = os.fsync, io.open

        def fsync(descriptor: int) -> None:
            self.step("os.fsync")
            plain_fsync(descriptor)

        def open_and_count(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            stream = plain_open(file, mode, *arguments, **options)
            if set(mode) & set("wax+"):
                self.step("opened")
            return stream

        os.fsync = fsync
        io.open = builtins.open = open_and_count

    def step(self, event: str) -> None:
        if self.ended:
            return
        self.taken += 1
        if self.taken == self._job["kill_at"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.taken >= self._job["refuse_from"]:
            if self._job["refuse"] == "read-only":
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            if self._job["refuse"] == "full" and event in NEEDS_ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


if __name__ == "__main__":
    import importlib

    from indexer import create_cli, run_cli

    for name in PRELOADED:
        importlib.import_module(f"indexer.commands.{name}")
    serve(lambda arguments: run_cli(create_cli(), arguments))
