"""Step 1, web archives: which records become pages, what is undone, and that damage costs only what is damaged."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from warcio.warcwriter import WARCWriter

from indexer.formats import read_blocks
from indexer.model import Filter, Page, Problem, Walk
from indexer.pages import read_captures, read_pages
from indexer.warc import note_of, walk_of

URL = "https://blog.example/pprnet/blog?cat_2=17"
BODY = "<h2>July 2020</h2><p>Flückiger’s alliance</p>".encode()
HTML = "Content-Type: text/html; charset=UTF-8"
WALK = Walk(
    "", Filter("topic", "Training", "18"), "last-page", "2026-11-22T10:00:00Z", ("0" * 64, "f" * 64), ("a", "b")
)


def answer(body: bytes = BODY, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *(headers or (HTML,)), "", "")).encode() + body


def record(
    block: bytes = b"",
    kind: str = "response",
    url: str = URL,
    date: str = "2026-11-22T10:11:12Z",
    media_type: str = "application/http; msgtype=response",
    length: int | None = None,
    more: str = "",
) -> bytes:
    """One record of a WARC, written by hand."""
    block = block or answer()
    size = len(block) if length is None else length
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\nWARC-Record-ID: <urn:x:1>\r\n"
    )
    return f"{head}{more}Content-Type: {media_type}\r\nContent-Length: {size}\r\n\r\n".encode() + block + b"\r\n\r\n"


def note(walk: object, kind: str = "metadata") -> bytes:
    return record(json.dumps(walk).encode(), kind, media_type="application/json")


def read(folder: Path, max_page_mb: int = 1) -> list[Page | Walk | Problem]:
    return list(read_captures([folder], max_page_mb))


def page(folder: Path, content: bytes) -> Page | Walk | Problem:
    """What one record gives, in an archive without compression."""
    (folder / "a.warc").write_bytes(content)
    (item,) = read(folder)
    return item


def codes(items: list[Page | Walk | Problem]) -> list[str]:
    return [item.code if isinstance(item, Problem) else type(item).__name__ for item in items]


# --- what becomes a page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pack",
    [
        lambda records: b"".join(records),
        lambda records: b"".join(gzip.compress(record) for record in records),
        lambda records: gzip.compress(b"".join(records)),
    ],
    ids=["plain", "a-member-each", "one-member"],
)
def test_each_html_answer_is_a_page_with_what_the_archive_says_of_it(tmp_path: Path, pack: object) -> None:
    second = answer(b"<p>other path</p>", "content-type: application/xhtml+xml")
    records = [
        record(b"software: x\r\n", "warcinfo", media_type="application/warc-fields"),
        record(),
        record(b"GET / HTTP/1.1\r\nHost: blog.example\r\n\r\n", "request"),
        record(second, url="https://blog.example/about", date="2026-11-22T10:11:13.654321Z"),
        record(answer(b"{}", "Content-Type: application/json")),
        record(answer(b"<p>gone</p>", HTML, status="404 Not Found")),
        record(answer(b"", HTML, status="304 Not Modified"), "revisit"),
        record(b"x", "resource", media_type="text/html"),
    ]
    content = pack(records)  # type: ignore[operator]
    (tmp_path / "a.warc.gz").write_bytes(content)
    pages = read(tmp_path)
    assert [(page.url, page.fetched_at, page.charset, page.format) for page in pages if isinstance(page, Page)] == [
        (URL, "2026-11-22T10:11:12Z", "UTF-8", "html"),
        ("https://blog.example/about", "2026-11-22T10:11:13Z", None, "html"),
    ]
    first = pages[0]
    assert isinstance(first, Page)
    assert (first.content, first.sha256) == (BODY, sha256(BODY).hexdigest())
    offset = int(first.path.removeprefix("a.warc.gz#"))
    assert offset == {b"W": len(records[0]), b"\x1f": 0}.get(content[:1], 0) or content[offset:][:2] == b"\x1f\x8b"


def test_the_offset_is_where_another_tool_finds_the_record(tmp_path: Path) -> None:
    info = record(b"software: x\r\n", "warcinfo", media_type="application/warc-fields")
    (tmp_path / "a.warc").write_bytes(info + record())
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(info) + gzip.compress(record(date="2026-11-23T00:00:00Z")))
    assert [item.path for item in read(tmp_path) if isinstance(item, Page)] == [
        f"a.warc#{len(info)}",
        f"b.warc.gz#{len(gzip.compress(info))}",
    ]


def test_an_archive_that_warcio_wrote_is_read(tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=True)
    writer.write_record(writer.create_warc_record(URL, "response", payload=io.BytesIO(answer()), length=len(answer())))
    (tmp_path / "a.warc.gz").write_bytes(stream.getvalue())
    (found,) = read(tmp_path)
    assert isinstance(found, Page) and found.content == BODY


def test_a_wacz_gives_the_pages_of_the_archives_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w", zipfile.ZIP_DEFLATED) as wacz:
        wacz.writestr("datapackage.json", "{}")
        wacz.writestr("archive/two.warc", record(url="https://blog.example/2"))
        wacz.writestr("archive/one.warc.gz", gzip.compress(record(url="https://blog.example/1")))
    found = read(tmp_path)
    assert [(item.path, item.url) for item in found if isinstance(item, Page)] == [
        ("a.wacz#archive/one.warc.gz#0", "https://blog.example/1"),
        ("a.wacz#archive/two.warc#0", "https://blog.example/2"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no zip file", "damaged-capture"), (None, "no-pages")],
    ids=["no-zip", "no-warc"],
)
def test_a_wacz_that_is_none_is_reported(tmp_path: Path, content: bytes | None, code: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as wacz:
        wacz.writestr("index.html", "<p>")
    if content:
        (tmp_path / "a.wacz").write_bytes(content)
    assert codes(read(tmp_path)) == [code]


def test_records_and_other_files_that_are_named_are_sent_to_the_right_door(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    (item,) = read_pages([tmp_path / "a.jsonl"], 1)
    assert isinstance(item, Problem) and "pprsearch build --records" in item.message
    (tmp_path / "a.png").write_text("x")
    (item,) = read_pages([tmp_path / "a.png"], 1)
    assert isinstance(item, Problem) and ".html, .htm, .txt, .warc, .warc.gz, .wacz" in item.message


def test_the_same_text_at_another_time_is_a_capture_of_its_own_and_the_same_record_twice_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(record() + record(date="2026-12-01T00:00:00Z"))
    (tmp_path / "b.warc").write_bytes(record())
    assert codes(read(tmp_path)) == ["Page", "Page", "same-file"]


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2026-11-22T10:11:12+02:00", "2026-11-22T08:11:12Z"),
        ("2026-11-22", "2026-11-22T00:00:00Z"),
        ("20261122101112", None),
        ("yesterday", None),
    ],
)
def test_the_time_of_a_page_is_that_of_its_record_in_utc(tmp_path: Path, date: str, shown: str | None) -> None:
    found = page(tmp_path, record(date=date))
    assert isinstance(found, Page) and found.fetched_at == shown


# --- encodings -------------------------------------------------------------------------------------------------------

CHUNKED = b"4\r\n" + BODY[:4] + b"\r\n%x\r\n" % len(BODY[4:]) + BODY[4:] + b"\r\n0\r\n\r\n"
DEFLATED = zlib.compress(BODY)
ZIPPED = gzip.compress(BODY)
ZIPPED_CHUNKS = b"a\r\n" + ZIPPED[:10] + b"\r\n%x\r\n" % len(ZIPPED[10:]) + ZIPPED[10:] + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (ZIPPED, "Content-Encoding: gzip"),
        (DEFLATED, "Content-Encoding: deflate"),
        (CHUNKED, "Transfer-Encoding: chunked"),
        (ZIPPED_CHUNKS, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip"),
        (BODY, "Content-Encoding: gzip"),
        (BODY, "Transfer-Encoding: chunked"),
        (BODY, "Content-Encoding: identity"),
    ],
    ids=["gzip", "deflate", "chunked", "both", "no-longer-gzip", "no-longer-chunked", "identity"],
)
def test_what_http_did_to_the_content_is_undone(tmp_path: Path, body: bytes, header: str) -> None:
    found = page(tmp_path, record(answer(body, HTML, header)))
    assert isinstance(found, Page), found
    assert found.content == BODY


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (record(answer(b"x", HTML, "Content-Encoding: br")), "'br' cannot be undone"),
        (record(answer(ZIPPED[:-9], HTML, "Content-Encoding: gzip")), "is cut off"),
        (record(answer(ZIPPED[:20] + b"xxxx" + ZIPPED[24:], HTML, "Content-Encoding: gzip")), "is damaged"),
        (record(more="WARC-Truncated: length\r\n"), "cut short"),
        (record(answer(b"x" * 1_000_001)), "more than 1 MB"),
        (record(answer(b" \n ")), "empty page"),
    ],
    ids=["brotli", "cut-gzip", "damaged-gzip", "truncated", "large", "empty"],
)
def test_a_page_that_cannot_be_had_is_reported_with_its_place_and_the_rest_is_read(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "a.warc").write_bytes(content + record())
    problem, found = read(tmp_path)
    assert isinstance(problem, Problem) and isinstance(found, Page)
    assert words in problem.message
    assert (problem.path, problem.level) == ("a.warc#0", "skipped")


@pytest.mark.parametrize(
    ("charset", "body", "title"),
    [
        ("windows-1251", "Ж".encode("cp1251"), "Ж"),  # the server's word counts where bytes are not UTF-8
        ("iso-8859-1", "Flückiger".encode(), "Flückiger"),  # and not where they are
        ("utf-16", "Flückiger".encode("cp1252") + b"x", "Flückigerx"),  # nor where it cannot be
        ("no-such-charset", "Flückiger".encode("cp1252"), "Flückiger"),
    ],
)
def test_the_charset_of_the_server_is_tried_where_the_text_is_not_utf8(
    tmp_path: Path, charset: str, body: bytes, title: str
) -> None:
    found = page(tmp_path, record(answer(b"<p>" + body + b"</p>", f"Content-Type: text/html;charset='{charset}'")))
    assert isinstance(found, Page) and found.charset == charset
    assert [block.text for block in read_blocks(found).blocks] == [title]


# --- damage ----------------------------------------------------------------------------------------------------------


def test_wherever_an_archive_is_cut_off_everything_before_is_read_and_the_place_is_named(tmp_path: Path) -> None:
    first, second = gzip.compress(record()), gzip.compress(record(url="https://blog.example/2"))
    for size in range(len(first) + 1, len(first + second)):
        (tmp_path / "a.warc.gz").write_bytes((first + second)[:size])
        found, problem = read(tmp_path)
        assert isinstance(found, Page) and isinstance(problem, Problem), size
        assert (problem.code, problem.path) == ("damaged-capture", f"a.warc.gz#{len(first)}")
    whole = record() + record(url="https://blog.example/2")
    start = len(record())
    for size in range(start + 1, len(whole) - 4):  # without the blank lines at its end a record is whole
        (tmp_path / "a.warc.gz").write_bytes(whole[:size])
        assert codes(read(tmp_path)) == ["Page", "damaged-capture"]


def test_a_flipped_bit_anywhere_in_a_compressed_archive_is_noticed(tmp_path: Path) -> None:
    first, second = gzip.compress(record(), mtime=0), gzip.compress(record(url="https://blog.example/2"), mtime=0)
    for at in [*range(10, len(first)), len(first), len(first) + 1]:  # byte 3 to 9: name and time, which nobody reads
        content = bytearray(first + second)
        content[at] ^= 0x10
        (tmp_path / "a.warc.gz").write_bytes(content)
        assert codes(read(tmp_path)) in (["damaged-capture"], ["Page", "damaged-capture"]), at
        assert all(page.content == BODY for page in read(tmp_path) if isinstance(page, Page))


def test_a_block_that_is_not_what_its_digest_says_is_noticed(tmp_path: Path) -> None:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=False)
    writer.write_record(writer.create_warc_record(URL, "response", payload=io.BytesIO(answer()), length=len(answer())))
    good = stream.getvalue()
    (tmp_path / "a.warc").write_bytes(good)
    assert codes(read(tmp_path)) == ["Page"]
    (tmp_path / "a.warc").write_bytes(good.replace(b"July", b"June"))
    assert codes(read(tmp_path)) == ["damaged-capture"]


@pytest.mark.parametrize(
    "content",
    [
        b"no archive at all",
        b"",
        b"\x1f\x8b",
        gzip.compress(b"no archive"),
        record(length=-5),
        record().replace(b"Content-Length", b"X-Length"),
        record(length=10),
        b"WARC/1.1\r\n" + b"x" * 1_100_000,
        b"WARC/1.1\r\n" + b"a: b\r\n" * 200_000,
        record().replace(URL.encode(), b"\xff\xfe"),
        record(b"no http at all", "response"),
        record(answer(status="abc OK")),
        record().replace(b"WARC-Target-URI", b"X-Target-URI"),
    ],
    ids=range(13),
)
def test_hostile_archives_give_no_page_and_no_exception(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    assert set(codes(read(tmp_path))) <= {"damaged-capture"}
    assert capsys.readouterr() == ("", ""), "a library's complaints are no messages for people"


@pytest.mark.parametrize("where", ["member", "content", "chunk"])
def test_what_unpacks_to_more_than_a_page_may_have_takes_no_memory(tmp_path: Path, where: str) -> None:
    bomb = bytes(60_000_000)
    if where == "member":
        content = gzip.compress(record(answer(bomb)), 1)
    elif where == "chunk":
        chunk = b"%x\r\n" % len(bomb) + bomb + b"\r\n0\r\n\r\n"
        content = gzip.compress(record(answer(chunk, HTML, "Transfer-Encoding: chunked")), 1)
        del chunk
    else:
        content = gzip.compress(record(answer(gzip.compress(bomb, 1), HTML, "Content-Encoding: gzip")))
    (tmp_path / "a.warc.gz").write_bytes(content)
    del bomb
    tracemalloc.start()
    try:
        items = read(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert codes(items) == ["unreadable"]
    assert peak < 12_000_000


# --- walks -----------------------------------------------------------------------------------------------------------


def test_a_walk_that_was_noted_is_read_and_is_no_page(tmp_path: Path) -> None:
    unfiltered = Walk("", None, "known-page", "2026-11-22T10:00:00Z")
    (tmp_path / "a.warc").write_bytes(note(note_of(WALK)) + note(note_of(unfiltered)))
    assert list(read_pages([tmp_path], 1)) == []
    found = read(tmp_path)
    assert [(item.filter, item.is_complete) for item in found if isinstance(item, Walk)] == [
        (WALK.filter, True),
        (None, False),
    ]
    assert isinstance(found[0], Walk)
    assert (found[0].path, found[0].page_sha256s, found[0].article_ids) == (
        "a.warc#0",
        WALK.page_sha256s,
        WALK.article_ids,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"end": "perhaps"},
        {"finished_at": None},
        {"pages": "0" * 64},
        {"pages": ["no digest"]},
        {"articles": [1]},
        {"filter": {"kind": "topic"}},
        {"filter": {"kind": "author", "label": "x", "site_id": "1"}},
        {"filter": {"kind": "topic", "label": "x", "site_id": 1}},
        {"filter": ["topic"]},
    ],
    ids=str,
)
def test_a_note_that_tells_of_no_possible_walk_is_reported(tmp_path: Path, change: dict[str, object]) -> None:
    assert walk_of(note_of(WALK), "") == WALK
    assert codes([page(tmp_path, note(note_of(WALK) | change))]) == ["odd-walk"]


def test_notes_of_other_tools_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(
        note({"x": 1}) + note([1]) + note({"pprsearch": "fetch-begun"}) + note(note_of(WALK), "resource")
    )
    assert read(tmp_path) == []
