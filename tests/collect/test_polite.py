"""A guest who wants to be let in again: robots.txt, distance, pauses, errors, redirects and limits."""

from __future__ import annotations

import random
import shutil
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from blog_server import PATH, Blog, Reply, posts, serving
from conftest import Collect

from indexer.collecting.addresses import check_interval, target_on_host
from indexer.collecting.polite import MOST_ERRORS
from indexer.errors import CollectError
from indexer.model import Page
from indexer.warc import read_warc

SORRY = {"Content-Type": "text/html"}


def gaps(blog: Blog, path: str) -> list[float]:
    """Seconds between the requests for one path."""
    times = [asked.at for asked in blog.asked if asked.path == path]
    return [later - earlier for earlier, later in pairwise(times)]


# --- robots.txt ------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_for_where_robots_txt_forbids_the_blog(blog: Blog, collect: Collect, folder: Path) -> None:
    blog.robots = Reply(200, b"User-agent: *\nDisallow: /pprnet/\n")
    with pytest.raises(CollectError, match=r"robots\.txt does not allow it"):
        collect()
    assert blog.paths == ["/robots.txt"]
    assert len(list(folder.glob("*.warc.gz"))) == 1, "what robots.txt said is kept"


def test_rules_for_this_program_win_over_those_for_all(blog: Blog, collect: Collect) -> None:
    blog.robots = Reply(200, b"User-agent: *\nDisallow: /\n\nUser-agent: pprsearch\nDisallow: /*cat_1=\n")
    done = collect()
    assert [walk.end for walk in done.walks] == ["last-page", "last-page", "last-page", "stopped", "stopped"]
    assert not [path for path in blog.paths if "cat_1" in path]
    assert len(done.doubts) == 2 and all("robots.txt does not allow it" in doubt for doubt in done.doubts)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_nothing_is_asked_for_as_long_as_robots_txt_cannot_be_read(blog: Blog, collect: Collect, status: int) -> None:
    blog.robots = Reply(status)
    with pytest.raises(CollectError, match=f"answer {status}.*try again later"):
        collect()
    assert blog.paths == ["/robots.txt"]


def test_a_host_without_robots_txt_allows_everything_and_one_that_does_not_answer_nothing(
    collect: Collect, folder: Path
) -> None:
    with serving(Blog(posts(1))) as other:
        gone = other.url
    with pytest.raises(CollectError, match=r"robots\.txt could not be read: no answer \(Connection refused\)"):
        collect(gone)
    assert list(folder.glob("*.warc.gz")) == [], "nothing came, nothing is kept"


def test_a_crawl_delay_longer_than_the_interval_is_kept(blog: Blog, collect: Collect) -> None:
    blog.posts = posts(1)
    blog.topics = {}
    blog.robots = Reply(200, b"User-agent: *\nCrawl-delay: 0.15\n")
    collect(interval=0.05)
    times = [asked.at for asked in blog.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.15


def test_a_crawl_delay_beyond_all_reason_is_refused(blog: Blog, collect: Collect) -> None:
    blog.robots = Reply(200, b"User-agent: *\nCrawl-delay: 86400\n")
    with pytest.raises(CollectError, match="86400 s between requests"):
        collect()


# --- distance, pauses, errors ----------------------------------------------------------------------------------------


def test_requests_keep_their_distance_and_only_this_machine_may_be_asked_faster(blog: Blog, collect: Collect) -> None:
    blog.posts = posts(1)
    blog.topics = {}
    collect(interval=0.1)
    times = [asked.at for asked in blog.asked]
    assert len(times) == 7  # robots.txt; p none, 1, 2; one type with two pages, another without digests
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.1
    check_interval("https://blog.example/", 2.0)
    check_interval("http://[::1]:8000/", 0.0)
    with pytest.raises(CollectError, match="at least 2 s"):
        check_interval("https://blog.example/", 1.9)


def test_a_pause_that_the_server_asks_for_in_seconds_is_kept(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(429, headers={"Retry-After": "1"}) if (path, times) == (PATH, 1) else None
    assert all(walk.is_complete for walk in collect().walks)
    assert gaps(blog, PATH)[0] >= 1.0


def test_a_pause_until_a_moment_is_kept(blog: Blog, collect: Collect) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    blog.trouble = lambda path, times: (
        Reply(503, headers={"Retry-After": until}) if (path, times) == (PATH, 1) else None
    )
    assert all(walk.is_complete for walk in collect().walks)
    assert gaps(blog, PATH)[0] >= 0.9  # HTTP dates have whole seconds


def test_a_pause_of_hours_ends_the_run_and_says_so(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(503, headers={"Retry-After": "9000"}) if "p=2" in path else None
    done = collect()
    assert done.stopped is not None and "a pause of 2.5 hours" in done.stopped
    assert [walk.end for walk in done.walks] == ["stopped"]


def test_an_error_of_the_server_is_asked_again_later_each_time(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(500) if path == f"{PATH}?p=2" and times < 4 else None
    done = collect(interval=0.05)
    assert all(walk.is_complete for walk in done.walks)
    # 0.05 s doubled with each error in a row, and up to half more
    assert all(gap >= least for gap, least in zip(gaps(blog, f"{PATH}?p=2"), (0.1, 0.2, 0.4), strict=True))


def test_five_errors_in_a_row_end_the_run_and_the_next_one_goes_on(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(500) if path == f"{PATH}?cat_2=11&p=2" else None
    done = collect()
    assert done.stopped is not None and done.stopped.startswith("5 errors in a row, the last: answer 500.")
    assert blog.paths.count(f"{PATH}?cat_2=11&p=2") == MOST_ERRORS
    assert [walk.end for walk in done.walks] == ["stopped", "stopped"], (
        "the whole list was not compared with all topics"
    )
    blog.trouble = lambda path, times: None
    blog.asked.clear()
    done = collect()
    assert blog.paths[:3] == ["/robots.txt", f"{PATH}?cat_2=11&p=2", f"{PATH}?cat_2=12"]
    assert done.reused == 4  # three of the whole list, and the first of topic 11
    assert [walk.end for walk in done.walks] == ["last-page"] * 5


def test_errors_that_are_not_in_a_row_do_not_end_the_run(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(502) if times < 3 else None  # two errors a page
    assert collect().stopped is None


def test_refusals_are_not_asked_again_but_five_in_a_row_end_the_run(blog: Blog, collect: Collect) -> None:
    blog.topics = {str(number): f"Topic {number}" for number in range(11, 20)}
    blog.trouble = lambda path, times: Reply(403) if "cat_2" in path else None
    done = collect()
    assert done.stopped is not None and "answer 403" in done.stopped
    refused = [path for path in blog.paths if "cat_2" in path]
    assert refused == [f"{PATH}?cat_2={number}" for number in range(11, 16)]


def test_a_server_that_does_not_answer_in_time_is_asked_again(blog: Blog, collect: Collect) -> None:
    never = threading.Event()
    blog.trouble = lambda path, times: Reply(wait=never) if (path, times) == (PATH, 1) else None
    done = collect(timeout=0.3)
    never.set()
    assert all(walk.is_complete for walk in done.walks)
    assert any("no answer (timed out); trying again" in line for line in collect.told)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (random.Random(1).randbytes(3_000_000), "the answer is larger than a page may be (max_page_mb)"),
        (b"<p>x</p>" * 400_000, "It has more than 1 MB, more than a page may have. Raise max_page_mb if it is one"),
    ],
    ids=["on-the-wire", "unpacked"],
)
def test_an_answer_that_is_too_large_is_broken_off_and_the_rest_is_collected(
    blog: Blog, collect: Collect, body: bytes, reason: str
) -> None:
    blog.trouble = lambda path, times: Reply(body=body, headers=SORRY) if path == f"{PATH}?p=2" else None
    done = collect()
    assert done.walks[0].end == "stopped"
    assert done.doubts == [f"{blog.url}?p=2: {reason}."]
    assert all(walk.is_complete for walk in done.walks[1:])


# --- redirects -------------------------------------------------------------------------------------------------------


def test_a_redirect_to_another_host_is_kept_and_not_followed(blog: Blog, collect: Collect) -> None:
    with serving(Blog(posts(3))) as elsewhere:
        blog.trouble = lambda path, times: (
            Reply(302, headers={"Location": elsewhere.url}) if "cat_2=11" in path else None
        )
        done = collect()
        assert elsewhere.asked == []
    assert done.walks[1].end == "stopped"
    assert done.doubts == [f"{blog.url}?cat_2=11: it leads to another host, which is not followed ({elsewhere.url})."]


@pytest.mark.parametrize(
    "target",
    ["https://127.0.0.1/", "ftp://127.0.0.1/", "http://me:secret@127.0.0.1:{port}/", "//localhost:{port}/", "//["],
)
def test_redirects_that_only_look_like_this_host_are_not_followed(blog: Blog, collect: Collect, target: str) -> None:
    location = {"Location": target.format(port=blog.port)}
    blog.trouble = lambda path, times: Reply(301, headers=location) if "cat_2=11" in path else None
    (doubt,) = collect().doubts
    assert "it leads to another host, which is not followed" in doubt
    assert "/" not in blog.paths


def test_a_redirect_on_the_host_is_followed_and_the_walk_goes_on_from_there(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(301, headers={"Location": PATH}) if path == "/old" else None
    done = collect(blog.url.replace(PATH, "/old"))
    assert blog.paths[:4] == ["/robots.txt", "/old", PATH, f"{PATH}?p=1"]
    assert all(walk.is_complete for walk in done.walks)


def test_redirects_in_a_circle_end(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(302, headers={"Location": path}) if "cat_2=11" in path else None
    done = collect()
    assert "redirected more than 5 times" in done.doubts[0]


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("http://blog.example/a", "https://blog.example/b", "https://blog.example/b"),
        ("https://blog.example/a", "http://blog.example/b", None),
        ("https://blog.example/a/", "../b?c=1", "https://blog.example/b?c=1"),
        ("https://blog.example/a", "https://www.blog.example/a", None),
        ("https://blog.example/a", "https://blog.example:8443/a", None),
        ("http://blog.example:8080/a", "https://blog.example:8080/a", None),
        ("https://blog.example/a", "javascript:alert(1)", None),
        ("https://blog.example/a", "https://blog.example:port/", None),
    ],
)
def test_what_stays_on_the_host_and_what_does_not(url: str, location: str, target: str | None) -> None:
    assert target_on_host(url, location) == target


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes the certificate, is not installed")
def test_a_blog_with_a_certificate_is_collected_and_one_with_an_unknown_one_is_not(
    folder: Path, collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=blog".split()
    extension = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key]
    subprocess.run(["openssl", *made, *extension], check=True, capture_output=True)
    secure = Blog(posts(2))
    secure.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.tls.load_cert_chain(certificate, key)
    with serving(secure):
        with pytest.raises(CollectError, match=r"no answer \(.*certificate"):
            collect(secure.url)
        assert secure.asked == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
        done = collect(secure.url)
    assert all(walk.is_complete for walk in done.walks)
    pages = [item for item in read_warc(done.path, "x", 1) if isinstance(item, Page)]
    assert (pages[0].url, pages[0].content) == (secure.url, secure.page(PATH))


# --- limits and the rest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "value"),
    [("max_requests", 4), ("max_mb", 0.003), ("max_minutes", 0.0000001)],
    ids=["pages", "mb", "time"],
)
def test_a_limit_ends_the_run_and_says_which(blog: Blog, collect: Collect, limit: str, value: float) -> None:
    try:
        stopped = collect(**{limit: value}).stopped or ""
    except CollectError as error:  # not even the first page was within it
        stopped = str(error)
    name = {"max_requests": "--max-pages 4", "max_mb": "--max-mb 0.003", "max_minutes": "--max-minutes 1e-07"}[limit]
    assert f"The limit {name} is reached" in stopped
    assert len(blog.asked) <= 5


def test_two_runs_into_one_folder_are_refused(blog: Blog, collect: Collect) -> None:
    go_on = threading.Event()
    blog.trouble = lambda path, times: Reply(200, blog.page(path), SORRY, wait=go_on) if path == PATH else None
    first = threading.Thread(target=collect)
    first.start()
    while PATH not in blog.paths:
        threading.Event().wait(0.01)
    try:
        with pytest.raises(CollectError, match="Another run is collecting into"):
            collect()
    finally:
        go_on.set()
        first.join()


def test_cookies_are_not_sent_back_and_passwords_of_a_netrc_are_not_used(
    blog: Blog, collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    blog.trouble = lambda path, times: Reply(200, blog.page(path), {**SORRY, "Set-Cookie": "a=b; Path=/"})
    collect()
    assert not [asked for asked in blog.asked if {"Cookie", "Authorization"} & set(asked.headers)]


@pytest.mark.parametrize(
    "address", ["blog.example", "ftp://blog.example/", "http://", "http://a:b@c.example/", "http://[x"]
)
def test_what_is_no_address_is_refused(collect: Collect, address: str) -> None:
    with pytest.raises(CollectError, match="is no address to begin at"):
        collect(address)


def test_every_answer_is_kept_errors_too(blog: Blog, collect: Collect) -> None:
    blog.trouble = lambda path, times: Reply(500, b"<p>broken</p>", SORRY) if (path, times) == (PATH, 1) else None
    done = collect()
    archived = done.path.read_bytes()
    assert archived.startswith(b"\x1f\x8b")
    assert sum(1 for _ in read_warc(done.path, "x", 1)) == done.pages + len(done.walks), "an error is no page"
