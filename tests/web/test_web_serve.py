"""`pprsearch serve` as a person starts it: a real process on a free port of this machine."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hand_made_pages import PAGES, build_pages, write_pages

from indexer import Config

WAIT_SECONDS = 30
COMMAND = [sys.executable, "-c", "from webui.cli import main; main()", "serve"]


def arguments(config: Config, *more: str) -> list[str]:
    return [*COMMAND, "--index", str(config.index), "--corpus", str(config.corpus), *more]


@contextmanager
def served(config: Config, *more: str) -> Iterator[tuple[subprocess.Popen[str], list[str], str]]:
    """Start a server; give the process, the lines it printed and its address; end it whatever happens."""
    command = arguments(config, "--port", "0", *more)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert process.stdout
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if match := re.search(r"Serving .* at (http://\S+/)$", line):
                yield process, lines, match[1]
                break
        else:
            pytest.fail(f"it printed no address: {lines} {process.stderr.read() if process.stderr else ''}")
    finally:
        process.kill()
        process.communicate(timeout=WAIT_SECONDS)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as response:
        return str(response.read().decode("utf-8"))


def stopped(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    process.send_signal(number)
    _, errors = process.communicate(timeout=WAIT_SECONDS)
    return process.returncode, errors


def test_it_serves_picks_up_a_new_index_while_running_and_stops_on_ctrl_c(own_config: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    build_pages(own_config, write_pages(saved, {"May 2022": PAGES["May 2022"]}))
    with served(own_config) as (process, lines, address):
        assert lines == [f"Serving 2 digests (from your pages) at {address}"]
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+/", address)
        assert "All 2 digests" in fetch(f"{address}search")
        build_pages(own_config, write_pages(saved, PAGES))
        assert "All 14 digests" in fetch(f"{address}search")
        assert "Practice implications" in fetch(f"{address}article/2020-07-trauma-and-trust")
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch(f"{address}nowhere")
        with caught.value as response:
            assert response.code == 404 and b"There is no such page" in response.read()
        assert stopped(process, signal.SIGINT) == (0, "")


def test_with_build_it_indexes_the_sample_first_and_says_so_and_the_second_time_not(own_config: Config) -> None:
    for n_lines in (2, 1):
        with served(own_config, "--build") as (process, lines, address):
            assert len(lines) == n_lines
            assert re.match(r"Serving \d+ digests \(from the sample\) at ", lines[-1])
            assert "These digests are retellings that ship with the program." in fetch(address)
            assert stopped(process, signal.SIGTERM) == (0, "")


def test_with_build_it_indexes_the_pages_of_the_corpus_folder_and_names_their_problems(own_config: Config) -> None:
    pages = write_pages(own_config.corpus / "pages", PAGES)
    (pages / "empty.html").write_text("")
    with served(own_config, "--build") as (process, lines, _):
        assert lines[-1].startswith("Serving 14 digests (from your pages) at ")
        code, errors = stopped(process, signal.SIGTERM)
    assert code == 0
    skipped, *warnings = errors.splitlines()
    assert skipped == "skipped: empty.html: The file is empty. Save the page again. [empty]"
    assert all(line.endswith("[near-duplicate]") for line in warnings)  # hand-made digests share most of their text


def run(config: Config, *more: str) -> tuple[int, str]:
    done = subprocess.run(arguments(config, *more), capture_output=True, text=True, timeout=WAIT_SECONDS, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_without_an_index_it_names_the_command_that_makes_one(own_config: Config) -> None:
    code, errors = run(own_config, "--port", "0")
    assert code == 1
    assert f"pprsearch build --index {own_config.index}" in errors


def test_a_port_in_use_is_named_with_the_next_step(built_config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = run(built_config, "--port", str(port))
    assert code == 1
    assert errors == (
        f"pprsearch: Port {port} of 127.0.0.1 is in use by another program. Stop that one, or choose another port "
        "with --port, 0 for any free one.\n"
    )


def test_a_host_that_is_none_is_named(built_config: Config) -> None:
    code, errors = run(built_config, "--port", "0", "--host", "no host")
    assert code == 1
    assert "Cannot listen at 'no host'" in errors and "--host" in errors


def test_the_other_commands_do_not_wait_for_the_web_framework() -> None:
    code = "import sys, webui.cli; sys.exit(bool({'flask', 'jinja2', 'waitress', 'werkzeug'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=WAIT_SECONDS).returncode == 0
