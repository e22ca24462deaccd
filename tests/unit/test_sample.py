"""The shipped sample: 29 retold digests with the titles, months and citations of the real ones, and no more of theirs.

What is compared with the real pages runs only where they lie beside the repository (../shared).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from indexer.ingest import ingest_pages
from indexer.model import Page
from indexer.pages import read_pages
from indexer.records import Ingest
from indexer.topics import read_vocabulary

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
LONGEST_SHARED_RUN = 7  # words; names of measures and figures make runs of five or six
needs_real_pages = pytest.mark.skipif(
    not (SHARED / "pages").is_dir(),
    reason=f"the real pages are not part of the repository; put them into {SHARED}/pages",
)


@cache
def sample() -> Ingest:
    return ingest_pages(read_pages([ROOT / "corpus" / "sample"], 16), read_vocabulary(ROOT / "corpus" / "topics.toml"))


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def test_the_sample_holds_29_articles_on_19_pages_of_one_month_each() -> None:
    assert len(sample().articles) == 29
    assert len(sample().pages) == 19
    for article in sample().articles:
        assert [capture.path for capture in article.captures] == [f"{article.month}.html"]


def test_reading_the_sample_gives_no_warning_and_leaves_nothing_out() -> None:
    assert {problem.code for problem in sample().problems} <= {"no-citation"}
    assert {problem.level for problem in sample().problems} <= {"note"}
    assert len(sample().problems) == 8  # so many of the digests have no reference line


def test_each_digest_has_one_summary_and_one_paragraph_of_implications_of_a_pleasant_length() -> None:
    for article in sample().articles:
        assert 60 <= len(" ".join(article.summary).split()) <= 180, article.id
        assert 40 <= len(" ".join(article.implications).split()) <= 100, article.id


def test_the_sample_has_no_email_address_and_marks_no_filter() -> None:
    for path in (ROOT / "corpus" / "sample").glob("*.html"):
        assert "@" not in path.read_text(encoding="utf-8"), path.name
    for article in sample().articles:
        assert article.email is None
        assert {topic.source for topic in article.topics} == {"rules"}
        assert article.research_type is not None and article.research_type.source == "rules"


def test_every_page_says_that_it_is_a_retelling_and_names_the_original_blog() -> None:
    for path in (ROOT / "corpus" / "sample").glob("*.html"):
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert "retellings, in our own words" in text, path.name
        assert "blog of the Psychotherapy Practice Research Network (PPRNet), University of Ottawa" in text, path.name


@needs_real_pages
def test_ids_titles_months_citations_and_dois_are_those_of_the_real_articles() -> None:
    with (SHARED / "judgments" / "articles.tsv").open(encoding="utf-8", newline="") as stream:
        rows = {row["id"]: row for row in csv.DictReader(stream, delimiter="\t")}
    assert {article.id for article in sample().articles} == set(rows)
    real = real_articles().articles
    assert [article.citation for article in sample().articles] == [article.citation for article in real]
    for article in sample().articles:
        row = rows[article.id]
        assert (article.title, article.month) == (row["title"], row["month"])
        assert (article.citation is not None) == (row["has_citation"] == "yes")
        assert (article.citation.doi if article.citation else None) == (row["doi"] or None)


@cache
def real_articles() -> Ingest:
    pages = [page for page in read_pages([SHARED / "pages"], 16) if isinstance(page, Page)]
    return ingest_pages(pages, read_vocabulary(ROOT / "corpus" / "topics.toml"))


@needs_real_pages
def test_no_run_of_eight_words_is_taken_from_the_real_texts() -> None:
    length = LONGEST_SHARED_RUN + 1
    runs: set[tuple[str, ...]] = set()
    for article in real_articles().articles:
        for text in (*article.summary, *article.implications):
            run = words(text)
            runs |= {tuple(run[i : i + length]) for i in range(len(run) - length + 1)}
    for article in sample().articles:
        for text in (*article.summary, *article.implications):
            run = words(text)
            shared = [" ".join(run[i : i + length]) for i in range(len(run)) if tuple(run[i : i + length]) in runs]
            assert shared == [], article.id
