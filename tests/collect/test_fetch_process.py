"""`pprsearch fetch` as a process: killed, interrupted, refused; and what other tools read in the archive it leaves."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from blog_server import PATH, Blog, Reply

from indexer.cli import create_cli, run_cli
from indexer.model import Page, Problem
from indexer.pages import read_pages

PPRSEARCH = [sys.executable, "-c", "from webui.cli import main; main()"]
RECORD = re.compile(rb"WARC/1\.1\r\n((?:[\w-]+: [^\r\n]*\r\n)+)\r\n")


def arguments(blog: Blog, folder: Path, *more: str) -> list[str]:
    options = ["--contact", "librarian@example.org", "--interval", "0", "--corpus", str(folder.parent), *more]
    return ["fetch", blog.url, *options]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def pprsearch(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line here, which is quicker than a process."""

    def run(*line: str) -> Done:
        code = run_cli(create_cli(), list(line))
        return Done(code, *capsys.readouterr())

    return run


def started(blog: Blog, folder: Path, until: str) -> subprocess.Popen[str]:
    """Start a run that is held at one page, and return it when it asks for that."""
    blog.trouble = lambda path, times: Reply(wait=threading.Event()) if path == until and times == 1 else None
    process = subprocess.Popen(
        [*PPRSEARCH, *arguments(blog, folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while until not in blog.paths:
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.01)
    blog.trouble = lambda path, times: None
    return process


def records_in(archive: Path) -> list[tuple[dict[str, str], bytes]]:
    """Headers and block of each record, read with gzip and a regular expression alone."""
    content = gzip.decompress(archive.read_bytes())
    records = []
    at = 0
    while at < len(content):
        match = RECORD.match(content, at)
        assert match, content[at : at + 80]
        headers = dict(line.split(": ", 1) for line in match.group(1).decode().splitlines())
        end = match.end() + int(headers["Content-Length"])
        records.append((headers, content[match.end() : end]))
        assert content[end : end + 4] == b"\r\n\r\n"
        at = end + 4
    return records


def test_a_killed_run_leaves_a_readable_archive_and_the_next_one_asks_for_nothing_twice(
    blog: Blog, folder: Path, pprsearch: Run
) -> None:
    process = started(blog, folder, f"{PATH}?cat_2=11")
    process.kill()
    process.communicate()
    found = list(read_pages([folder], 1))
    assert [item.url for item in found if isinstance(item, Page)] == [
        blog.url + q for q in ("", "?p=1", "?p=2", "?p=3")
    ]
    assert not [item for item in found if isinstance(item, Problem)]
    had = set(blog.paths) - {"/robots.txt", f"{PATH}?cat_2=11"}
    blog.asked.clear()
    done = pprsearch(*arguments(blog, folder))
    assert done.code == 0, done.err
    assert not had & set(blog.paths)
    assert blog.paths[1] == f"{PATH}?cat_2=11"
    assert "4 from the run before that was interrupted" in done.out
    blog.asked.clear()
    assert pprsearch(*arguments(blog, folder)).code == 0
    assert PATH in blog.paths, "after a run that finished, the first page is asked for again"


def test_what_a_kill_tore_off_in_the_midst_of_a_record_is_cut_away(blog: Blog, folder: Path, pprsearch: Run) -> None:
    process = started(blog, folder, f"{PATH}?cat_2=11")
    process.kill()
    process.communicate()
    (archive,) = folder.glob("*.warc.gz")
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-10])
    assert [item.code for item in read_pages([folder], 1) if isinstance(item, Problem)] == ["damaged-capture"]
    assert pprsearch(*arguments(blog, folder)).code == 0
    assert not [item for item in read_pages([folder], 1) if isinstance(item, Problem) and item.level != "note"]
    assert whole.startswith(archive.read_bytes())
    assert 0 < len(archive.read_bytes()) < len(whole) - 10


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "terminated"])
def test_an_interrupted_run_ends_cleanly_and_says_how_to_go_on(
    blog: Blog, folder: Path, sent: signal.Signals, code: int
) -> None:
    process = started(blog, folder, f"{PATH}?p=2")
    process.send_signal(sent)
    _, complaints = process.communicate(timeout=20)
    assert process.returncode == code
    assert complaints == f"pprsearch: stopped. What was fetched is in {folder}; start it again to go on from there.\n"
    assert len([item for item in read_pages([folder], 1) if isinstance(item, Page)]) == 2


def test_the_archive_holds_the_usual_records_byte_for_byte_as_they_went_over_the_wire(
    blog: Blog, folder: Path, pprsearch: Run
) -> None:
    assert pprsearch(*arguments(blog, folder)).code == 0
    assert pprsearch(*arguments(blog, folder)).code == 0
    first, second = (records_in(path) for path in sorted(folder.glob("*.warc.gz")))
    kinds = [headers["WARC-Type"] for headers, _ in first]
    assert kinds[:4] == ["warcinfo", "metadata", "response", "request"]
    assert (kinds.count("response"), kinds.count("request"), kinds.count("metadata")) == (13, 13, 7)
    answers = {h["WARC-Target-URI"]: (h, block) for h, block in first if h["WARC-Type"] == "response"}
    headers, block = answers[blog.url]
    head, _, body = block.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\nServer: ")
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(body) == blog.page(PATH)
    chunked, _, body = answers[f"{blog.url}?cat_2=11"][1].partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in chunked
    assert re.match(rb"[0-9a-f]+\r\n\x1f\x8b", body) and body.endswith(b"\r\n0\r\n\r\n")
    request = next(b for h, b in first if h["WARC-Type"] == "request" and h["WARC-Target-URI"] == blog.url)
    assert request.startswith(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{blog.port}\r\n".encode())
    assert b"User-Agent: pprsearch (contact: librarian@example.org)\r\n" in request
    revisit, block = next((h, b) for h, b in second if h["WARC-Type"] == "revisit")
    assert revisit["WARC-Profile"].endswith("/revisit/server-not-modified")
    assert revisit["WARC-Refers-To"] == headers["WARC-Record-ID"]
    assert revisit["WARC-Refers-To-Target-URI"] == blog.url
    assert revisit["WARC-Refers-To-Date"] == headers["WARC-Date"]
    assert block.startswith(b"HTTP/1.1 304 ")
    walk = json.loads(next(b for h, b in first if h["WARC-Type"] == "metadata" and b'"walk"' in b))
    assert (walk["pprsearch"], walk["filter"], walk["end"], len(walk["pages"])) == ("walk", None, "last-page", 2)


def test_another_tool_finds_every_digest_of_the_archive_right(
    blog: Blog, folder: Path, tmp_path: Path, pprsearch: Run
) -> None:
    assert pprsearch(*arguments(blog, folder)).code == 0
    (archive,) = folder.glob("*.warc.gz")
    warcio = Path(sys.executable).with_name("warcio")
    checked = subprocess.run([warcio, "check", "-v", archive], capture_output=True, text=True, check=True)
    assert checked.stdout.count("digest pass") == 34
    assert not {"failed", "exception", "no digest"} & set(checked.stdout.split())
    copy = tmp_path / "copy.warc.gz"
    subprocess.run([warcio, "recompress", archive, copy], capture_output=True, check=True)
    assert [(h["WARC-Record-ID"], block) for h, block in records_in(copy)] == [
        (h["WARC-Record-ID"], block) for h, block in records_in(archive)
    ]


def test_a_stopped_walk_is_a_warning_and_a_refused_blog_a_failure(blog: Blog, folder: Path, pprsearch: Run) -> None:
    blog.trouble = lambda path, times: Reply(404) if "cat_2=11" in path else None
    done = pprsearch(*arguments(blog, folder))
    assert done.code == 3
    assert f"warning: {blog.url}?cat_2=11: the server answered 404.\n" in done.err
    assert "1 broken off" in done.out and "pprsearch update" in done.out
    blog.robots = Reply(200, b"User-agent: *\nDisallow: /\n")
    done = pprsearch(*arguments(blog, folder))
    assert done.code == 1
    assert "robots.txt does not allow it. Check the address." in done.err


def test_without_a_contact_or_an_address_nothing_is_asked(blog: Blog, folder: Path, pprsearch: Run) -> None:
    done = pprsearch(*arguments(blog, folder, "--contact", "nobody"))
    assert (done.code, blog.asked) == (1, [])
    assert "give an e-mail or web address with --contact" in done.err
    without = [part for part in arguments(blog, folder) if part != blog.url]
    done = pprsearch(*without)
    assert (done.code, blog.asked) == (2, [])
    assert "Give the address of the blog's list" in done.err


def test_the_settings_name_the_blog_and_the_contact(
    blog: Blog, folder: Path, tmp_path: Path, pprsearch: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pprsearch.toml").write_text(f'blog = "{blog.url}"\ncontact = "https://library.example"\n')
    monkeypatch.chdir(tmp_path)
    done = pprsearch("fetch", "--interval", "0", "--corpus", str(folder.parent))
    assert done.code == 0, done.err
    assert blog.asked[0].headers["User-Agent"] == "pprsearch (contact: https://library.example)"


def test_a_digest_that_the_blog_took_off_is_gone_from_the_index_after_a_whole_walk(
    blog: Blog, folder: Path, tmp_path: Path, pprsearch: Run
) -> None:
    where = ["--corpus", str(folder.parent), "--index", str(tmp_path / "index")]

    def ids() -> set[str]:
        return {json.loads(line)["id"] for line in pprsearch("export", *where[2:]).out.splitlines()}

    pprsearch(*arguments(blog, folder))
    assert pprsearch("update", *where).code == 0
    assert len(ids()) == 8
    blog.posts = blog.posts[:3] + blog.posts[4:]  # study 5
    pprsearch(*arguments(blog, folder))
    pprsearch("update", *where)
    assert len(ids()) == 8, "a walk that stopped at what was known proves nothing"
    time.sleep(1.0)  # archives tell time in whole seconds, and a walk must be newer than the captures
    pprsearch(*arguments(blog, folder, "--all"))
    assert "2022-07-what-therapists-learned-in-study-5" in pprsearch("update", *where).out
    assert len(ids()) == 7 and "2022-07-what-therapists-learned-in-study-5" not in ids()


def test_on_a_terminal_the_walk_begins_only_after_a_yes(blog: Blog, folder: Path) -> None:
    keyboard, terminal = os.openpty()
    os.write(keyboard, b"n\n")
    line = [*PPRSEARCH, *arguments(blog, folder)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, stdin=terminal)
    os.close(keyboard)
    os.close(terminal)
    assert done.returncode == 1
    assert "5 lists to walk: at least 10 pages" in done.stdout and "Go on? [Y/n]" in done.stdout
    assert "Stopped: Nothing more was asked for." in done.stderr
    assert blog.paths == ["/robots.txt", PATH]


def test_a_full_disk_ends_the_run_with_its_name_and_what_was_written_stays(
    blog: Blog, folder: Path, pprsearch: Run
) -> None:
    line = [*PPRSEARCH, *arguments(blog, folder)]
    limit = resource.RLIMIT_FSIZE, (8000, 8000)
    done = subprocess.run(
        line, capture_output=True, text=True, check=False, preexec_fn=lambda: resource.setrlimit(*limit)
    )
    assert done.returncode == 1
    assert "cannot be written: File too large. Check the path, its permissions and the free space." in done.stderr
    assert len([item for item in read_pages([folder], 1) if isinstance(item, Page)]) >= 2
    assert pprsearch(*arguments(blog, folder)).code == 0
    assert blog.paths.count(PATH) == 1, "the first page of the interrupted run is not asked for again"


@pytest.mark.parametrize("package", ["requests", "protego"])
def test_without_the_extra_the_command_says_how_to_install_it(package: str, folder: Path) -> None:
    code = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from indexer import create_cli, run_cli\n"
        "sys.exit(run_cli(create_cli(), ['fetch', 'https://blog.example/']))"
    )
    done = subprocess.run([sys.executable, "-c", code, package], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"needs the package '{package}', which is not installed" in done.stderr
    assert "pip install 'pprnet-search[collect]'" in done.stderr
