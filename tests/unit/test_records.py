"""Step 4: pages -> one record per article with what pages prove, and records <-> JSON Lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import InputError
from indexer.ingest import ingest_pages
from indexer.model import Article, Assignment, Capture, Citation, Page, Problem
from indexer.records import Ingest, parse_record, read_records, record_line
from indexer.topics import read_vocabulary

VOCABULARY = read_vocabulary(Path(__file__).resolve().parents[2] / "corpus" / "topics.toml")
SUMMARY = "Therapists who review recorded sessions with a colleague notice more of their own missteps. " * 3
LISTS = """<h2>Type of Research</h2><ul><li{meta}><a href="?cat_1=3">Meta-analyses</a></li></ul>
<h2>Topics</h2><ul><li{alliance}><a href="?cat_2=17">Alliance and Therapeutic Relationship</a></li>
<li{sleep}><a href="?cat_2=99">Sleep and Dreams</a></li></ul>"""
ACTIVE = ' class="active"'


def page(path: str, sha256: str = "0", fetched_at: str | None = None, summary: str = SUMMARY, **marks: str) -> Page:
    given = {"meta": "", "alliance": "", "sleep": ""} | marks
    article = f"<h3>Reviewing Sessions</h3><p>{summary}</p><h4>Practice Implications</h4><p>Record a session.</p>"
    content = f"{LISTS.format(**given)}<h2>July 2020</h2>{article}"
    return Page(path, "html", content.encode(), sha256, None, fetched_at)


def warnings_of(found: Ingest) -> list[tuple[str, str | None, str | None]]:
    return [(problem.code, problem.path, problem.article) for problem in found.problems if problem.level != "note"]


# --- from pages ------------------------------------------------------------------------------------------------------


def test_an_article_of_several_pages_is_one_record_that_remembers_them_newest_first() -> None:
    pages = [
        page("b.html", "2"),
        page("c.html", "1", "2022-05-01T00:00:00Z"),
        page("a.html", "3"),
        page("d.html", "0", "2023-05-01T00:00:00Z"),
    ]
    found = ingest_pages(pages, VOCABULARY)
    (article,) = found.articles
    assert article.id == "2020-07-reviewing-sessions"
    assert (article.month, article.year) == ("2020-07", 2020)
    assert [capture.path for capture in article.captures] == ["d.html", "c.html", "a.html", "b.html"]
    assert [capture.path for capture in found.pages] == ["b.html", "c.html", "a.html", "d.html"]
    assert warnings_of(found) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [((None, "1"), (None, "2")), ((None, "9"), ("2022-01-01", "1")), (("2021-01-01", "9"), ("2022-01-01", "1"))],
    ids=["by-sha256", "absent-first", "by-time"],
)
def test_of_differing_texts_that_of_the_newest_capture_is_taken_in_any_order_with_a_warning(
    first: tuple[str | None, str], second: tuple[str | None, str]
) -> None:
    old = page("old.html", first[1], first[0], "The first version of the text. " * 9)
    new = page("new.html", second[1], second[0])
    for pages in ([old, new], [new, old]):
        found = ingest_pages(pages, VOCABULARY)
        assert found.articles[0].summary == (SUMMARY.strip(),)
        assert warnings_of(found) == [("conflict", "old.html", "Reviewing Sessions")]
        assert "new.html" in found.problems[-1].message


def test_an_article_that_stands_twice_on_one_page_with_different_text_is_taken_once_with_a_warning() -> None:
    other = page("a.html", summary="The second version of the text. " * 9).content.split(b"<h3>")[1]
    twice = Page("a.html", "html", page("a.html").content + b"<h3>" + other, "0")
    found = ingest_pages([twice], VOCABULARY)
    assert found.articles[0].summary == (SUMMARY.strip(),)
    assert warnings_of(found) == [("conflict", "a.html", "Reviewing Sessions")]
    assert "twice" in found.problems[-1].message


def test_filtered_pages_prove_topic_and_type_and_each_names_its_evidence() -> None:
    pages = [
        page("a.html", "1", alliance=ACTIVE),
        page("b.html", "2", meta=ACTIVE),
        page("c.html", "3", alliance=ACTIVE),
    ]
    found = ingest_pages(pages, VOCABULARY)
    topic = VOCABULARY.topic_for_label("Alliance and Therapeutic Relationship")
    kind = VOCABULARY.type_for_label("Meta-analyses")
    assert topic is not None and kind is not None
    (article,) = found.articles
    assert Assignment(topic.slug, "page", ("c.html", "a.html")) in article.topics
    assert all(assignment.source == "page" or assignment.evidence for assignment in article.topics)
    assert article.research_type == Assignment(kind.slug, "page", ("b.html",))
    assert warnings_of(found) == []


def test_a_label_outside_the_vocabulary_is_kept_under_its_own_slug_with_one_warning_a_page() -> None:
    found = ingest_pages([page("a.html", sleep=ACTIVE)], VOCABULARY)
    assert Assignment("sleep-and-dreams", "page", ("a.html",)) in found.articles[0].topics
    assert warnings_of(found) == [("unknown-label", "a.html", None)]
    assert "Sleep and Dreams" in found.problems[0].message


def test_a_page_that_marks_two_topics_proves_none_and_says_so() -> None:
    found = ingest_pages([page("a.html", alliance=ACTIVE, sleep=ACTIVE)], VOCABULARY)
    assert {topic.source for topic in found.articles[0].topics} == {"rules"}


def test_bad_pages_are_reported_by_name_and_the_rest_is_read() -> None:
    given = [
        Problem("missing", "There is no such file.", "m.html", level="skipped"),
        Page("binary.html", "html", bytes(range(256)) * 9, "1"),
        Page("script.html", "html", b"<script>alert(1)</script>", "2"),
        Page("month.txt", "text", b"July 2020", "3"),
        Page("other.html", "html", b"<p>An apple pie</p>", "4"),
        page("good.html"),
    ]
    found = ingest_pages(given, VOCABULARY)
    assert [article.id for article in found.articles] == ["2020-07-reviewing-sessions"]
    assert warnings_of(found) == [
        ("missing", "m.html", None),
        ("not-text", "binary.html", None),
        ("no-text", "script.html", None),
        ("empty-month", "month.txt", None),
        ("no-article", "month.txt", None),
        ("no-month", "other.html", None),
    ]


def test_a_page_with_thousands_of_problems_is_reported_in_a_hundred_and_one_lines() -> None:
    content = "July 2020\nA Title\n" + SUMMARY + "\n" + "Practice Implications\n" * 500
    found = ingest_pages([Page("a.txt", "text", content.encode(), "0")], VOCABULARY)
    assert len(found.problems) == 101
    assert found.problems[-1].code == "more-problems"


def test_no_pages_give_no_articles() -> None:
    assert ingest_pages([], VOCABULARY) == Ingest(())


# --- JSON Lines ------------------------------------------------------------------------------------------------------

# What a record may hold: text as the readers make it, folded and without invisible characters.
WORDS = (
    st.text("abc Zéü’“–.,:;?&<\"'\\/{}[]0123Ωя", min_size=1, max_size=30)
    .map(lambda t: " ".join(t.split()))
    .filter(bool)
)
LISTED = st.lists(WORDS, max_size=3).map(tuple)
MAYBE = st.none() | WORDS
SLUG = st.text("abc-019", min_size=1, max_size=12)
YEAR = st.integers(1000, 9999)
CITATIONS = st.builds(Citation, WORDS, LISTED, st.none() | YEAR, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE)
ASSIGNMENTS = st.builds(Assignment, SLUG, st.sampled_from(["page", "rules"]), LISTED)
CAPTURES = st.builds(Capture, WORDS, SLUG, MAYBE, MAYBE)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    year = draw(st.none() | YEAR)
    month = draw(st.none() | st.integers(1, 12)) if year else None
    return Article(
        id=draw(SLUG),
        title=draw(WORDS),
        month=f"{year}-{month:02d}" if month else None,
        year=year,
        citation=draw(st.none() | CITATIONS),
        summary=draw(LISTED),
        implications=draw(LISTED),
        email=draw(MAYBE),
        topics=tuple(draw(st.lists(ASSIGNMENTS, max_size=3))),
        research_type=draw(st.none() | ASSIGNMENTS),
        captures=tuple(draw(st.lists(CAPTURES, max_size=3))),
        former_ids=tuple(draw(st.lists(SLUG, max_size=2))),
    )


def lines_of(*records: Article) -> str:
    return "".join(map(record_line, records))


@settings(max_examples=200, deadline=None)
@given(articles())
def test_a_written_article_is_read_back_equal(article: Article) -> None:
    line = lines_of(article)
    assert line.count("\n") == 1 and line.endswith("\n")
    assert parse_record(line) == article


def test_a_plain_line_has_its_text_as_summary_by_paragraphs() -> None:
    line = json.dumps({"id": "42", "title": " A\n title ", "text": "One\nline.\n \nTwo.\n\n\n"})
    assert parse_record(line) == Article("42", "A title", summary=("One line.", "Two."))
    assert parse_record('{"id": "42", "text": ""}') == Article("42", "")


def test_a_record_without_month_keeps_its_year() -> None:
    record = parse_record('{"id": "a", "summary": [], "year": 2019}')
    assert (record.month, record.year) == (None, 2019)
    assert parse_record('{"id": "a", "summary": [], "month": "2019-03"}').year == 2019


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "'id' must be"),
        ({"id": ""}, "'id' must be"),
        ({"id": 7}, "'id' must be"),
        ({"id": "a b"}, "'id' must be"),
        ({"id": "a\u00a0b"}, "'id' must be"),
        ({"id": "a" * 301}, "'id' must be"),
        ({"id": "a\u200bb"}, "cannot be shown"),
        ({"id": "e\u0301"}, "separate accents"),
        ({"title": 7}, "'title' is not a text"),
        ({"title": None}, "'title' is not a text"),
        ({"summary": "text"}, "'summary' is not a list"),
        ({"summary": [1]}, "'summary' is not a list of texts"),
        ({"implications": {}}, "'implications' is not a list"),
        ({"month": "2020-13"}, "'month' is '2020-13'"),
        ({"month": "0000-01"}, "'month' is '0000-01'"),
        ({"month": "July 2020"}, "'month' is 'July 2020'"),
        ({"month": 202007}, "'month' is not a text"),
        ({"month": "2020-07", "year": 2021}, "'year' is 2021"),
        ({"year": "2020"}, "'year' is not a year"),
        ({"year": True}, "'year' is not a year"),
        ({"year": 10**30}, "'year' is not a year"),
        ({"email": ["a@example.org"]}, "'email' is not a text"),
        ({"citation": "Doe (2020)"}, "'citation' is not an object"),
        ({"citation": {"printed": ""}}, "'citation' lacks 'printed'"),
        ({"citation": {"printed": "Doe", "study_year": 2020.5}}, "'study_year' is not a year"),
        ({"citation": {"printed": "Doe", "doi": 10}}, "'doi' is not a text"),
        ({"topics": "alliance"}, "'topics' is not a list"),
        ({"topics": [{"value": "alliance"}]}, "a topic or research type lacks"),
        ({"topics": [{"value": "", "source": "page"}]}, "a topic or research type lacks"),
        ({"topics": ["alliance"]}, "a topic or research type is not an object"),
        ({"research_type": {"value": "a", "source": "guess"}}, "a topic or research type lacks"),
        ({"research_type": False}, "a topic or research type is not an object"),
        ({"captures": [{"path": 1, "sha256": "0"}]}, "'path' is not a text"),
        ({"captures": 0}, "'captures' is not a list"),
    ],
)
def test_each_fault_of_a_record_is_refused_with_its_line_number_and_the_rest_is_read(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    record = {"id": "x", "title": "t", "summary": ["s"]} | change
    path = tmp_path / "records.jsonl"
    path.write_text(f'{{"id": "first", "text": "a"}}\n\n{json.dumps(record)}\n{{"id": "last", "text": "b"}}\n')
    found = read_records(path)
    assert [article.id for article in found.articles] == ["first", "last"]
    (problem,) = found.problems
    assert (problem.code, problem.path, problem.level) == ("bad-record", "records.jsonl", "skipped")
    assert problem.message.startswith("Line 3 was left out: ") and reason in problem.message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"id": 1' + b"0" * 5_000 + b"}", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"id": "a"}', "neither 'text'"),
        (b'{"id": "first", "text": ""}', "given before"),
        (b'{"id": "caf\xe9", "text": ""}', "not UTF-8"),
    ],
    ids=["cut-off", "deep", "long-number", "list", "no-text", "twice", "latin-1"],
)
def test_a_line_that_is_no_record_is_refused_with_its_number(tmp_path: Path, line: bytes, reason: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "first", "text": "a"}\r\n' + line + b"\n")
    found = read_records(path)
    assert [article.id for article in found.articles] == ["first"]
    assert found.problems[0].message.startswith("Line 2 was left out") and reason in found.problems[0].message


def test_zipped_records_are_read_whatever_their_name(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(gzip.compress(lines_of(Article("b", "B"), Article("a", "A")).encode()))
    assert [article.id for article in read_records(path).articles] == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"\xff\xfe{\x00}\x00",
        b"not json",
        gzip.compress(b'{"id": "a", "text": ""}' * 99)[:-9],
        b"\x1f\x8bnot gzip",
        gzip.compress(b"x" * 999)[:12] + b"\xff" * 30,
    ],
    ids=["empty", "blank", "utf-16", "words", "cut-off-gzip", "no-gzip", "damaged-gzip"],
)
def test_a_file_without_any_record_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"records\.jsonl"):
        read_records(path)


def test_a_missing_file_of_records_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.jsonl"):
        read_records(tmp_path / "absent.jsonl")
    with pytest.raises(InputError, match=tmp_path.name):
        read_records(tmp_path)
