"""Step 1: what is a page, what is not, and that each file that is not is reported by name with reason and next step."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.model import Page, Problem
from indexer.pages import read_pages


def read(*paths: Path, max_page_mb: int = 1) -> list[Page | Problem]:
    return list(read_pages(paths, max_page_mb))


def shown(items: list[Page | Problem]) -> list[tuple[str, str | None]]:
    return [("page" if isinstance(item, Page) else item.code, item.path) for item in items]


def test_a_folder_gives_its_pages_by_path_at_any_depth_and_passes_over_other_and_hidden_files(tmp_path: Path) -> None:
    for name in ("b.html", "a.HTM", "deep/c.txt", "notes.md", ".hidden.html", ".git/d.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    pages = read(tmp_path)
    assert shown(pages) == [("page", "a.HTM"), ("page", "b.html"), ("page", "deep/c.txt")]
    assert [page.format for page in pages if isinstance(page, Page)] == ["html", "html", "text"]
    assert isinstance(pages[1], Page) and len(pages[1].sha256) == 64 and pages[1].content == b"b.html"


def test_the_same_bytes_in_two_files_are_one_page_and_the_second_is_noted_with_the_name_of_the_first(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.html").write_text("same")
    (tmp_path / "b.html").write_text("same")
    _, second = read(tmp_path)
    assert isinstance(second, Problem)
    assert (second.code, second.path, second.level) == ("same-file", "b.html", "note")
    assert "a.html" in second.message


def test_each_thing_that_is_no_page_is_reported_by_name_with_a_next_step_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_bytes(b" \n")
    (tmp_path / "good.html").write_text("text")
    with (tmp_path / "large.html").open("wb") as stream:
        stream.truncate(50_000_000)
    (tmp_path / "broken.html").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "picture.png").write_bytes(b"png")
    (tmp_path / "hollow").mkdir()
    items = read(tmp_path, tmp_path / "picture.png", tmp_path / "hollow", tmp_path / "absent", max_page_mb=16)
    assert shown(items) == [
        ("missing", str(tmp_path / "broken.html")),
        ("empty", "empty.html"),
        ("page", "good.html"),
        ("too-large", "large.html"),
        ("not-a-page", "pipe.html"),
        ("not-a-page", "picture.png"),
        ("no-pages", str(tmp_path / "hollow")),
        ("missing", str(tmp_path / "absent")),
    ]
    for item in items:
        if isinstance(item, Problem):
            assert item.level == "skipped"
            assert item.message.count(".") >= 2, "a reason and a next step"
    assert "50.0 MB" in next(item.message for item in items if isinstance(item, Problem) and item.code == "too-large")


def test_a_file_just_over_the_limit_is_refused_and_one_at_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "at.html").write_bytes(b"x" * 1_000_000)
    (tmp_path / "over.html").write_bytes(b"x" * 1_000_001)
    assert shown(read(tmp_path)) == [("page", "at.html"), ("too-large", "over.html")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_or_folder_without_read_permission_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("a")
    (tmp_path / "a.html").chmod(0)
    (tmp_path / "b.html").write_text("b")
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    items = shown(read(tmp_path))
    closed.chmod(0o700)
    assert items == [("unreadable", "a.html"), ("page", "b.html"), ("unreadable", str(closed))]


def test_a_name_that_is_no_utf8_can_be_printed_and_a_zero_byte_in_a_path_is_reported(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.html")).write_text("text")
    assert shown(read(tmp_path)) == [("page", "caf\ufffd.html")]
    assert shown(read(Path("a\0.html")))[0][0] == "unreadable"


def test_the_address_comes_from_the_comment_that_browsers_write_and_no_time_is_made_up(tmp_path: Path) -> None:
    saved = b"<!DOCTYPE html>\n<!-- saved from url=(0048)https://example.org/pprnet/blog?cat_1=&cat_2=17&p=2 -->"
    (tmp_path / "saved.html").write_bytes(saved)
    (tmp_path / "saved.txt").write_bytes(saved)
    pages = [page for page in read(tmp_path) if isinstance(page, Page)]
    assert [page.url for page in pages] == ["https://example.org/pprnet/blog?cat_1=&cat_2=17&p=2"]
    (tmp_path / "saved.txt").write_bytes(saved + b" ")
    pages = [page for page in read(tmp_path) if isinstance(page, Page)]
    assert [page.url for page in pages] == ["https://example.org/pprnet/blog?cat_1=&cat_2=17&p=2", None]
    assert [page.fetched_at for page in pages] == [None, None]
