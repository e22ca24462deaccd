"""Pages in, records out: the five real pages, and every skin of their articles, give the same 29 articles.

The real texts lie beside the repository (../shared) and are skipped where absent; the shipped sample, with the same
titles, months and citations, goes through the same skins in every clone.
"""

from __future__ import annotations

import calendar
from pathlib import Path

import pytest
from reference import HEADER_LINES, LAST_TOPIC, SHARED, digests_of, rows, text_pages
from skins import SKINS, Digest, Skin

from indexer.articles import Draft, article_id, parse_articles
from indexer.formats import read_blocks
from indexer.ingest import ingest_pages
from indexer.model import Page, Problem
from indexer.pages import read_pages
from indexer.records import Ingest
from indexer.topics import read_vocabulary

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
MONTHS = list(calendar.month_name)
needs_real_pages = pytest.mark.skipif(
    not text_pages(), reason=f"the real pages are not part of the repository; put them into {SHARED}/pages"
)
every_skin = pytest.mark.parametrize("skin", SKINS.values(), ids=SKINS)
Record = tuple[str, str, str | None, tuple[str, ...], tuple[str, ...], str | None]


def page_of(content: bytes, path: str = "page.html") -> Page:
    return Page(path, "html" if path.endswith("html") else "text", content, "0" * 64)


def drafts_and_doubts(page: Page) -> tuple[list[Draft], list[Problem]]:
    """The articles of a page, and every problem that asks a librarian to look."""
    reading = read_blocks(page)
    drafts, problems = parse_articles(reading.blocks, page.path)
    return drafts, [problem for problem in (*reading.problems, *problems) if problem.level != "note"]


def record_of(draft: Draft) -> Record:
    summary, implications = tuple(draft.summary), tuple(draft.implications)
    return draft.month, draft.title, draft.citation, summary, implications, draft.email


def expected(digest: Digest) -> Record:
    month, year = digest.month.split()
    key = f"{year}-{MONTHS.index(month):02d}"
    return key, digest.title, digest.citation, digest.summary, digest.implications, digest.email


def sample_digests() -> list[list[Digest]]:
    """The digests of each page of the shipped sample, as `test_sample.py` proves them."""
    digests = []
    for page in read_pages([CORPUS / "sample"], 16):
        assert isinstance(page, Page)
        drafts, _ = drafts_and_doubts(page)
        digests.append([_digest(draft) for draft in drafts])
    return digests


def _digest(draft: Draft) -> Digest:
    month = f"{MONTHS[int(draft.month[5:])]} {draft.month[:4]}"
    parts = tuple(draft.summary), "Practice Implications", tuple(draft.implications)
    return Digest(month, draft.title, draft.citation, *parts, draft.email)


def ingest(pages: list[Page]) -> Ingest:
    return ingest_pages(pages, read_vocabulary(CORPUS / "topics.toml"))


# --- the real pages --------------------------------------------------------------------------------------------------


@needs_real_pages
def test_the_five_real_pages_give_exactly_the_29_articles_of_the_judged_list() -> None:
    found = ingest([page for page in read_pages([SHARED / "pages"], 16) if isinstance(page, Page)])
    assert [article.id for article in found.articles] == sorted(row["id"] for row in rows())
    by_id = {article.id: article for article in found.articles}
    for row in rows():
        article = by_id[row["id"]]
        assert (article.title, article.month) == (row["title"], row["month"])
        assert (article.citation is not None) == (row["has_citation"] == "yes"), row["id"]
        assert (article.citation.doi if article.citation else None) == (row["doi"] or None)
        assert sorted(capture.path for capture in article.captures) == [f"{p}.txt" for p in row["pages"].split(",")]
    assert len(found.pages) == 5
    assert [problem for problem in found.problems if problem.level != "note"] == []


@needs_real_pages
@pytest.mark.parametrize("path", text_pages(), ids=lambda path: path.stem)
def test_every_line_of_a_real_page_is_furniture_of_its_head_or_stands_in_one_article_once(path: Path) -> None:
    lines = [" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    head, rest = lines[:HEADER_LINES], lines[HEADER_LINES:]
    assert (head[0], head[2], head[-1]) == ("Blog", "This month...", LAST_TOPIC)
    drafts, doubts = drafts_and_doubts(page_of(path.read_bytes(), path.name))
    told: list[str] = []
    month = ""
    for draft in drafts:
        year, number = draft.month.split("-")
        heading = f"{MONTHS[int(number)]} {year}"
        told += [heading] if heading != month else []
        month = heading
        told += [draft.title, *([draft.citation] if draft.citation else []), *draft.summary, "<heading>"]
        told += [*draft.implications, *([draft.email] if draft.email else [])]
    headings = {"Practice Implications", "Practical Implications", "Practice Implication"}
    assert told == ["<heading>" if line in headings else line for line in rest]
    assert doubts == []


@needs_real_pages
@pytest.mark.parametrize("path", text_pages(), ids=lambda path: path.stem)
@every_skin
def test_a_real_page_gives_the_same_articles_in_every_skin(skin: Skin, path: Path) -> None:
    digests = digests_of(path)
    assert len(digests) == 6
    for part in (digests, digests[-1:]):  # a page with a single article has fewer landmarks to go by
        drafts, doubts = drafts_and_doubts(page_of(skin(part)))
        assert [record_of(draft) for draft in drafts] == [expected(digest) for digest in part]
        assert doubts == []


# --- the sample, in every clone --------------------------------------------------------------------------------------


@every_skin
def test_the_sample_gives_the_same_articles_in_every_skin(skin: Skin) -> None:
    pages = sample_digests()
    for digests in ([digest for page in pages[:6] for digest in page], pages[8]):  # several months, one month
        drafts, doubts = drafts_and_doubts(page_of(skin(digests)))
        assert [record_of(draft) for draft in drafts] == [expected(digest) for digest in digests]
        assert doubts == []


def test_one_article_on_pages_of_two_skins_is_one_record_without_conflict() -> None:
    digests = sample_digests()[0]
    found = ingest(
        [
            Page(f"{name}.html", "html", SKINS[name](digests), str(number))
            for number, name in enumerate(("nineties", "flat"))
        ]
    )
    assert [article.id for article in found.articles] == [article_id("2017-10", digests[0].title)]
    assert [capture.path for capture in found.articles[0].captures] == ["flat.html", "nineties.html"]
    assert [problem for problem in found.problems if problem.level != "note"] == []


def test_a_page_of_several_paragraphs_a_part_and_a_list_keeps_them_all_in_every_skin() -> None:
    long = "Therapists who review recorded sessions with a colleague notice more of their own missteps. "
    digest = Digest(
        "May 2016",
        "Does reviewing sessions help?",
        "Doe, J., & Roe, R. (2015). Reviewing recorded sessions. Psychotherapy, 52(1), 12-19. doi:10.1037/pst0000099",
        (long * 6, "It took ten weeks.", long * 4),
        "Practice Implications",
        (long * 3, "Record one session a month.", "Ask a colleague to watch it with you.", long * 2),
        "Author email: jdoe@example.org",
    )
    expected_texts = (
        tuple(" ".join(text.split()) for text in digest.summary),
        tuple(" ".join(text.split()) for text in digest.implications),
    )
    for name, skin in SKINS.items():
        drafts, _ = drafts_and_doubts(page_of(skin([digest, digest])))
        assert [(tuple(d.summary), tuple(d.implications)) for d in drafts] == [expected_texts] * 2, name
        assert {draft.email for draft in drafts} == {digest.email}, name
