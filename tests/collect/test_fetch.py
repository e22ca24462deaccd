"""Collecting from a blog on loopback: which pages are asked for, when a walk ends, and that the index is the same."""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from pathlib import Path

import pytest
from blog_server import PATH, Blog, Post, Reply, posts
from conftest import Collect

from indexer.build import build_from_pages
from indexer.collecting.walks import address_of
from indexer.config import Config
from indexer.errors import CollectError
from indexer.generations import RECORDS, open_current
from indexer.model import Article, Page, Problem, Walk
from indexer.pages import read_captures, read_pages
from indexer.records import read_records

NEW = Post("July 2023", "A Study That Came Out This Month", "12", "1")


def pages_in(folder: Path) -> list[Page]:
    items = list(read_pages([folder], 1))
    assert not [item for item in items if isinstance(item, Problem) and item.level != "note"], items
    return [item for item in items if isinstance(item, Page)]


def articles_of(tmp_path: Path, folder: Path, name: str) -> dict[str, Article]:
    """The records of an index built from a folder, by id, without where they were seen."""
    config = dataclasses.replace(Config(), corpus=tmp_path, index=tmp_path / name)
    problems: list[Problem] = []
    build_from_pages(config, [folder], problems.append)
    assert {problem.level for problem in problems} <= {"note"}, problems
    records = read_records(open_current(config.index).folder / RECORDS).articles
    return {record.id: _without_captures(record) for record in records}


def _without_captures(record: Article) -> Article:
    topics = tuple(dataclasses.replace(topic, evidence=()) for topic in record.topics)
    kind = record.research_type and dataclasses.replace(record.research_type, evidence=())
    return dataclasses.replace(record, captures=(), topics=topics, research_type=kind)


def test_a_first_run_walks_the_whole_list_and_each_topic_and_type_to_its_end(blog: Blog, collect: Collect) -> None:
    done = collect()
    assert blog.paths == [
        "/robots.txt",
        PATH,  # digests 8 to 3
        f"{PATH}?p=1",  # the same: pages count from 1
        f"{PATH}?p=2",  # digests 2 and 1
        f"{PATH}?p=3",  # past the end: some page
        f"{PATH}?cat_2=11",  # four digests
        f"{PATH}?cat_2=11&p=2",
        f"{PATH}?cat_2=12",
        f"{PATH}?cat_2=12&p=2",
        f"{PATH}?cat_1=1",
        f"{PATH}?cat_1=1&p=2",
        f"{PATH}?cat_1=2",
        f"{PATH}?cat_1=2&p=2",
    ]
    assert [(walk.filter and walk.filter.label, walk.end, len(walk.page_sha256s)) for walk in done.walks] == [
        (None, "last-page", 2),
        ("Attachment", "last-page", 1),
        ("Training", "last-page", 1),
        ("Meta-analysis", "last-page", 1),
        ("Qualitative", "last-page", 1),
    ]
    assert (done.pages, done.unchanged, len(done.new_ids)) == (12, 0, 8)
    assert not done.doubts and done.stopped is None
    assert {asked.headers["User-Agent"] for asked in blog.asked} == {"pprsearch (contact: librarian@example.org)"}


def test_a_blog_whose_pages_count_from_zero_is_walked_without_a_gap(blog: Blog, collect: Collect) -> None:
    blog.first_number = 0
    done = collect()
    assert blog.paths[1:4] == [PATH, f"{PATH}?p=1", f"{PATH}?p=2"]
    assert [len(walk.article_ids) for walk in done.walks] == [8, 4, 4, 4, 4]
    assert all(walk.is_complete for walk in done.walks)


def test_the_archive_gives_the_same_records_as_the_saved_pages(
    blog: Blog, collect: Collect, folder: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    for number, query in enumerate(("", "?p=2", "?cat_2=11", "?cat_2=12", "?cat_1=1", "?cat_1=2")):
        (saved / f"{number}.html").write_bytes(blog.page(PATH + query))
    collect()
    articles = articles_of(tmp_path, folder, "from-archive")
    assert len(articles) == 8
    assert articles == articles_of(tmp_path, saved, "from-saved")
    topics = articles["2022-12-what-therapists-learned-in-study-8"].topics
    assert {topic.value for topic in topics if topic.source == "page"} == {"attachment"}


def test_each_page_of_the_archive_has_the_address_the_time_and_the_offset_of_its_record(
    blog: Blog, collect: Collect, folder: Path
) -> None:
    done = collect()
    pages = pages_in(folder)
    by_url = {page.url: page for page in pages}
    first = by_url[blog.url]
    assert first.content == blog.page(PATH)
    assert first.charset == "utf-8"
    assert first.fetched_at is not None and first.fetched_at.endswith("Z") and len(first.fetched_at) == 20
    name, _, offset = first.path.partition("#")
    assert name == done.path.name
    assert done.path.read_bytes()[int(offset) : int(offset) + 2] == b"\x1f\x8b"
    walks = [item for item in read_captures([folder], 1) if isinstance(item, Walk)]
    assert [dataclasses.replace(walk, path="") for walk in walks] == [
        dataclasses.replace(walk, path="") for walk in done.walks
    ]
    assert walks[0].page_sha256s == (first.sha256, by_url[f"{blog.url}?p=2"].sha256)


def test_a_run_a_month_later_asks_only_for_what_may_be_new_and_whether_the_rest_has_changed(
    blog: Blog, collect: Collect, folder: Path
) -> None:
    collect()
    blog.asked.clear()
    blog.posts = [NEW, *blog.posts]
    done = collect()
    assert blog.paths == [
        "/robots.txt",
        PATH,  # the new digest and five known ones
        f"{PATH}?p=2",  # three known ones: nothing new behind
        f"{PATH}?cat_2=11",  # unchanged
        f"{PATH}?cat_2=12",  # the new one and four known ones
        f"{PATH}?cat_2=12&p=2",  # past the end
        f"{PATH}?cat_1=1",
        f"{PATH}?cat_1=1&p=2",
        f"{PATH}?cat_1=2",
    ]
    assert [walk.end for walk in done.walks] == [
        "known-page",
        "known-page",
        "last-page",
        "last-page",
        "known-page",
    ]
    assert done.new_ids == {"2023-07-a-study-that-came-out-this-month"}
    assert done.unchanged == 2  # topic 11, type 2
    assert all("If-None-Match" in asked.headers for asked in blog.asked if asked.path == f"{PATH}?cat_2=11")


def test_with_all_every_list_is_walked_to_its_end_again(blog: Blog, collect: Collect) -> None:
    collect()
    blog.posts = blog.posts[1:]  # a digest was taken off
    done = collect(to_the_end=True)
    assert all(walk.is_complete for walk in done.walks)
    assert len(done.walks[0].article_ids) == 7


def test_a_list_that_was_never_seen_to_its_end_is_walked_to_its_end(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(404) if path == f"{PATH}?p=2" else None
    assert [walk.end for walk in collect().walks][:2] == ["stopped", "last-page"]
    blog.trouble = lambda path, times: None
    assert [walk.end for walk in collect().walks][:2] == ["last-page", "known-page"]


def test_a_page_that_changes_between_two_visits_is_kept_in_both_versions(
    blog: Blog, collect: Collect, folder: Path
) -> None:
    collect()
    before = blog.page(PATH)
    blog.posts = [dataclasses.replace(blog.posts[0], text="Corrected. "), *blog.posts[1:]]
    done = collect()
    assert done.new_ids == set()
    found = [page.content for page in pages_in(folder) if page.url == blog.url]
    assert found == [before, blog.page(PATH)]
    assert done.walks[0].page_sha256s == (sha256(blog.page(PATH)).hexdigest(),)


def test_a_page_of_maintenance_in_the_midst_of_a_list_proves_nothing(blog: Blog, collect: Collect) -> None:
    sorry = Reply(body=b"<html><p>We are back soon.</p></html>", headers={"Content-Type": "text/html"})
    blog.trouble = lambda path, times: sorry if path == f"{PATH}?p=2" else None
    done = collect()
    assert [walk.end for walk in done.walks] == ["stopped", *["last-page"] * 4]
    assert done.doubts == [f"{blog.url}?p=2: the page shows no digest. Look at it in a browser."]


def test_a_whole_list_that_shifted_during_its_walk_proves_nothing_gone(blog: Blog, collect: Collect) -> None:
    blog.posts = posts(14)

    def trouble(path: str, times: int) -> None:
        if path == f"{PATH}?p=3":  # between the pages the newest is taken off: study 2 moves up to page 2, unseen
            blog.posts = blog.posts[-13:]

    blog.trouble = trouble  # type: ignore[assignment]
    done = collect()
    assert "2020-12-what-therapists-learned-in-study-2" not in done.walks[0].article_ids
    assert [walk.end for walk in done.walks] == ["stopped", *["last-page"] * 4]
    assert done.doubts == [
        "The list of all digests lacked 1 that stand under topics or types, such as "
        "'2020-12-what-therapists-learned-in-study-2': it changed meanwhile. Run `pprsearch fetch --all` again."
    ]
    assert collect(to_the_end=True).walks[0].is_complete


def test_a_topic_without_any_digest_is_a_list_that_ends_at_once(blog: Blog, collect: Collect) -> None:
    blog.topics["13"] = "Placebo Effect"
    done = collect()
    walk = done.walks[3]
    assert (walk.filter and walk.filter.label, walk.end, walk.page_sha256s) == ("Placebo Effect", "last-page", ())
    assert not done.doubts


def test_a_filter_that_the_blog_does_not_apply_is_credited_with_nothing(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: (
        Reply(body=blog.page(PATH), headers={"Content-Type": "text/html"}) if "cat_2=11" in path else None
    )
    walk = collect().walks[1]
    assert (walk.filter and walk.filter.label, walk.end, walk.article_ids) == ("Attachment", "stopped", ())


def test_a_first_page_without_any_digest_is_refused_and_kept_for_a_look(
    blog: Blog, collect: Collect, folder: Path
) -> None:
    blog.posts = []
    with pytest.raises(CollectError, match=r"shows no digest.*Check the address"):
        collect()
    assert len(list(folder.glob("*.warc.gz"))) == 1


def test_who_says_no_gets_the_first_page_and_the_next_run_goes_on(blog: Blog, collect: Collect) -> None:
    done = collect(confirm=False)
    assert done.stopped and not done.walks
    assert collect.told == ["5 lists to walk: at least 10 pages, one request in 0 s, a minute."]  # type: ignore[attr-defined]
    assert blog.paths == ["/robots.txt", PATH]
    assert collect().reused == 1
    assert blog.paths.count(PATH) == 1


def test_what_is_to_be_expected_is_known_from_earlier_runs(blog: Blog, collect: Collect) -> None:
    collect()
    collect(to_the_end=True, confirm=False)
    # pages of the lists by the first run, and one past each end: 3 + 2 + 2 + 2 + 2
    assert collect.told == ["5 lists to walk: about 11 pages, one request in 0 s, a minute."]  # type: ignore[attr-defined]


def test_a_page_in_another_encoding_than_the_server_says_is_read_right(
    blog: Blog, collect: Collect, folder: Path, tmp_path: Path
) -> None:
    blog.posts = [Post("July 2020", "Flückiger’s Étude of the Alliance", "11", "1"), *posts(3)[1:]]
    utf8 = {"Content-Type": "text/html; charset=iso-8859-1"}
    latin = {"Content-Type": "text/html; charset=windows-1252"}
    blog.trouble = lambda path, times: (
        Reply(body=blog.page(path).decode().encode("cp1252"), headers=latin)
        if "cat_2" in path
        else Reply(body=blog.page(path), headers=utf8)
    )
    collect()
    assert "Flückiger’s Étude of the Alliance" in {a.title for a in articles_of(tmp_path, folder, "index").values()}


def test_the_parameters_of_the_start_address_stay_and_those_of_a_list_go() -> None:
    start = address_of("https://blog.example/b?lang=en&cat_2=4&p=9#top")
    assert start == "https://blog.example/b?lang=en"
    assert address_of(start, None, 2) == "https://blog.example/b?lang=en&p=2"
