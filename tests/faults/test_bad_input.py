"""Pages that are none are named with a reason and a next step; the rest is indexed, and the exit code tells."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
GOOD = "2020-12.html"

Run = Callable[..., Any]

# name -> (content, code of the problem)
BAD_PAGES = {
    "empty.html": (b"", "empty"),
    "blank.txt": (b" \n\n ", "empty"),
    "binary.html": (bytes(range(256)) * 40, "not-text"),
    "image.txt": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(4000), "not-text"),
    "claims-utf16.html": (b"\xff\xfe<\xd8\x00", "wrong-encoding"),
    "no-month.txt": (b"Hello.\n\nPractice Implications\n\nSome text.\n", "no-month"),
    "no-article.txt": (b"Just a line.\n", "no-month"),
    "unclosed.html": (b"<html><body><p>July <a href='", "no-month"),
    "only-script.html": (b"<script>while(true){}</script><style>*{}</style>", "no-text"),
    "deep.html": (b"<div>" * 3000 + b"text", "no-month"),
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    shutil.copy(SAMPLE / GOOD, folder)
    return folder


def _fill(pages: Path) -> None:
    for name, (content, _) in BAD_PAGES.items():
        (pages / name).write_bytes(content)


def test_every_bad_page_is_named_with_its_reason_and_the_good_one_is_indexed(pages: Path, run: Run) -> None:
    _fill(pages)
    done = run("build", "pages", "--index", "index")
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    for name, (_, code) in BAD_PAGES.items():
        about = [line for line in lines if f" {name}: " in line]
        assert about, f"{name} is not named"
        assert any(line.startswith("skipped: ") and line.endswith(f"[{code}]") for line in about), about
        assert all(line.rstrip("]").rpartition(" [")[0].endswith(".") for line in about)
    assert "2 digests from" in done.stdout
    assert run("search", "therapy", "--index", "index").returncode == 0


def test_with_bad_pages_only_nothing_is_switched(pages: Path, run: Run) -> None:
    _fill(pages)
    (pages / GOOD).unlink()
    done = run("build", "pages", "--index", "index")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("pprsearch: No digest was found in the input")


def test_a_file_of_50_mb_is_refused_unread(pages: Path, run: Run) -> None:
    with (pages / "huge.html").open("wb") as stream:
        stream.truncate(50_000_000)
    done = run("build", "pages", "--index", "index")
    assert done.returncode == 3
    assert "more than a page may have (16 MB)" in done.stderr
    assert "skipped: huge.html: The file has 50" in done.stderr
    assert "max_page_mb" in done.stderr


@pytest.mark.parametrize(
    ("argument", "reason"),
    [("nowhere", "There is no such file or folder"), ("hollow", "The folder holds no page"), ("x.pdf", "Pages end in")],
)
def test_what_is_no_page_is_named_and_the_rest_is_indexed(argument: str, reason: str, pages: Path, run: Run) -> None:
    (pages.parent / "hollow").mkdir()
    (pages.parent / "x.pdf").write_bytes(b"%PDF")
    done = run("build", argument, "pages", "--index", "index")
    assert done.returncode == 3
    assert f"{argument}: {reason}" in done.stderr
    assert run("build", argument, "--index", "index").returncode == 1


def test_a_page_that_may_not_be_read_is_named(pages: Path, run: Run) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    shutil.copy(SAMPLE / "2018-01.html", pages / "locked.html")
    (pages / "locked.html").chmod(0)
    done = run("build", "pages", "--index", "index")
    assert done.returncode == 3
    assert "locked.html: The file cannot be read" in done.stderr


def test_a_link_that_leads_nowhere_is_named(pages: Path, run: Run) -> None:
    (pages / "gone.html").symlink_to("nowhere.html")
    (pages / "circle.html").symlink_to("circle.html")
    done = run("build", "pages", "--index", "index")
    assert done.returncode == 3
    assert "gone.html" in done.stderr
    assert "circle.html" in done.stderr


def test_the_name_of_a_file_cannot_steer_the_terminal(pages: Path, run: Run) -> None:
    (pages / "\x1b[31mred\r.html").write_bytes(b"")
    done = run("build", "pages", "--index", "index")
    assert done.returncode == 3
    assert "\x1b" not in done.stderr + done.stdout
    assert "\r" not in done.stderr
    assert "red" in done.stderr


def test_lines_that_are_no_records_are_named_by_number_and_the_rest_is_indexed(tmp_path: Path, run: Run) -> None:
    lines = ['{"id": "a", "text": "alliance"}', "no json", "[]", '{"id": "a", "text": "again"}', '{"id": "b c"}']
    (tmp_path / "records.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run("build", "--records", "records.jsonl", "--index", "index")
    assert done.returncode == 3
    assert [line.split(" was left out")[0] for line in done.stderr.splitlines()] == [
        f"skipped: records.jsonl: Line {number}" for number in (2, 3, 4, 5)
    ]
    assert "1 digest from records.jsonl." in done.stdout
