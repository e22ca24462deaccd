"""Step 3: the grammar of a page. Doubtful cases warn and never split in silence; nothing is lost without a word."""

from __future__ import annotations

import pytest

from indexer.articles import Draft, article_id, parse_articles, slug_of
from indexer.formats.html import read_html
from indexer.formats.text import read_text
from indexer.model import Page, Problem

LONG = "Therapists who review recorded sessions with a colleague notice more of their own missteps. " * 4
SUMMARY, OTHER = LONG.strip(), ("Over ten weeks the ratings of both groups came closer together. " * 5).strip()
CITED = "Doe, J., & Roe, R. (2015). Reviewing recorded sessions. Psychotherapy, 52(1), 12-19."
IMPLICATIONS = "Practice Implications"


def parse(*lines: str) -> tuple[list[Draft], list[Problem]]:
    page = Page("page.txt", "text", "\n".join(lines).encode(), "0")
    return parse_articles(read_text(page).blocks, page.path)


def parse_html(content: str) -> tuple[list[Draft], list[Problem]]:
    page = Page("page.html", "html", content.encode(), "0")
    return parse_articles(read_html(page).blocks, page.path)


def codes(problems: list[Problem], but: str = "no-citation") -> list[tuple[str, str]]:
    return [(problem.code, problem.level) for problem in problems if problem.code != but]


def titles(drafts: list[Draft]) -> list[str]:
    return [draft.title for draft in drafts]


# --- articles as they are --------------------------------------------------------------------------------------------


def test_a_full_article_has_all_its_parts_and_no_problem() -> None:
    drafts, problems = parse(
        "Blog", "July 2020", "Title", CITED, SUMMARY, IMPLICATIONS, OTHER, "Author email: a@example.org"
    )
    assert drafts == [Draft("Title", "2020-07", CITED, [SUMMARY], [OTHER], "Author email: a@example.org")]
    assert problems == []


def test_an_article_without_a_reference_line_is_noted_and_one_without_implications_warns() -> None:
    drafts, problems = parse("July 2020", "Title", SUMMARY)
    assert drafts == [Draft("Title", "2020-07", None, [SUMMARY], [])]
    assert [(p.code, p.level, p.article) for p in problems] == [
        ("no-implications", "warning", "Title"),
        ("no-citation", "note", "Title"),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Is the Alliance Therapeutic? It Depends.",
        "What are patients’ experiences?",
        "psychotherapist burnout affects patient outcomes",
        "How Does Therapy Harm?",
        "Becoming an Evidence-Based Therapist II",
        "“It just happened”",
        "α",
    ],
)
@pytest.mark.parametrize("citation", [(), (CITED,)], ids=["bare", "cited"])
def test_titles_are_found_however_they_end_first_or_later_in_a_month(title: str, citation: tuple[str, ...]) -> None:
    article = (*citation, SUMMARY, IMPLICATIONS, OTHER)
    drafts, problems = parse("July 2020", "First", *article, title, *article, "June 2020", title, *article)
    assert [(draft.month, draft.title) for draft in drafts] == [
        ("2020-07", "First"),
        ("2020-07", title),
        ("2020-06", title),
    ]
    assert [draft.implications for draft in drafts] == [[OTHER]] * 3
    assert codes(problems) == []


def test_parts_of_several_paragraphs_short_ones_among_them_stay_whole() -> None:
    drafts, problems = parse(
        "July 2020", "Title", CITED, SUMMARY, "It took ten weeks.", OTHER, IMPLICATIONS, OTHER, "Record a session.",
        "Ask a colleague.", SUMMARY, "June 2020", "Second", CITED, SUMMARY, IMPLICATIONS, OTHER,
    )  # fmt: skip
    assert titles(drafts) == ["Title", "Second"]
    assert drafts[0].summary == [SUMMARY, "It took ten weeks.", OTHER]
    assert drafts[0].implications == [OTHER, "Record a session.", "Ask a colleague.", SUMMARY]
    assert codes(problems) == []


def test_a_summary_that_begins_with_a_short_paragraph_is_one_when_implications_follow() -> None:
    article = ("This was a small study.", SUMMARY, IMPLICATIONS, OTHER)
    drafts, problems = parse("July 2020", "First", *article, "Second", CITED, *article)
    assert titles(drafts) == ["First", "Second"]
    assert [draft.summary for draft in drafts] == [["This was a small study.", SUMMARY]] * 2
    assert codes(problems) == []


def test_the_other_spellings_of_the_heading_are_headings() -> None:
    for heading in ("Practical Implications", "Practice Implication", "practice implications:"):
        drafts, problems = parse("July 2020", "Title", SUMMARY, heading, OTHER)
        assert drafts[0].implications == [OTHER] and codes(problems) == []


# --- doubtful cases --------------------------------------------------------------------------------------------------


def test_a_short_line_among_implications_is_text_and_warns_when_it_could_be_a_title() -> None:
    drafts, problems = parse("July 2020", "Title", SUMMARY, IMPLICATIONS, OTHER, "Where To Begin", SUMMARY)
    assert titles(drafts) == ["Title"]
    assert drafts[0].implications == [OTHER, "Where To Begin", SUMMARY]
    assert [(p.code, p.level, p.article) for p in problems if p.level != "note"] == [
        ("doubtful-title", "warning", "Where To Begin")
    ]


def test_a_sentence_above_a_long_paragraph_of_implications_is_no_title_and_no_doubt() -> None:
    drafts, problems = parse("July 2020", "Title", SUMMARY, IMPLICATIONS, OTHER, "Begin with one session.", SUMMARY)
    assert titles(drafts) == ["Title"] and codes(problems) == []


def test_of_two_lines_that_could_be_the_missing_title_the_one_in_title_case_is_taken_with_a_warning() -> None:
    drafts, problems = parse(
        "July 2020", "First", SUMMARY, IMPLICATIONS, OTHER, "a word of caution", OTHER, "The Other Digest Begins",
        SUMMARY, IMPLICATIONS, OTHER,
    )  # fmt: skip
    assert titles(drafts) == ["First", "The Other Digest Begins"]
    assert drafts[0].implications == [OTHER, "a word of caution", OTHER]
    assert codes(problems) == [("doubtful-title", "warning")]


def test_two_implications_without_a_title_between_are_one_article_that_warns() -> None:
    drafts, problems = parse("July 2020", "Title", SUMMARY, IMPLICATIONS, OTHER, SUMMARY, IMPLICATIONS, OTHER)
    assert titles(drafts) == ["Title"]
    assert drafts[0].implications == [OTHER, SUMMARY, OTHER]
    assert set(codes(problems)) == {("doubtful-title", "warning")}


def test_further_reading_with_a_reference_is_no_title() -> None:
    drafts, _ = parse(
        "July 2020", "First", CITED, SUMMARY, IMPLICATIONS, OTHER, "Further reading:", CITED, "Second", CITED, SUMMARY,
        IMPLICATIONS, OTHER,
    )  # fmt: skip
    assert titles(drafts) == ["First", "Second"]
    assert drafts[0].implications == [OTHER, "Further reading:", CITED]


def test_a_sentence_above_a_reference_line_is_taken_for_a_title_with_a_warning() -> None:
    drafts, problems = parse(
        "July 2020", "First", CITED, SUMMARY, IMPLICATIONS, OTHER, "Some therapies do harm.", CITED, SUMMARY,
        IMPLICATIONS, OTHER,
    )  # fmt: skip
    assert titles(drafts) == ["First", "Some therapies do harm."]
    assert codes(problems) == [("doubtful-title", "warning")]


def test_bold_lead_ins_of_paragraphs_are_no_titles_but_warn() -> None:
    content = "<h2>July 2020</h2>" + "".join(
        f"<p><b>{title}</b></p><p>{CITED}</p><p>{SUMMARY}</p><p><b>{IMPLICATIONS}</b></p><p>{OTHER}</p>"
        "<p><b>Watch the alliance.</b></p>"
        f"<p>{SUMMARY}</p>"
        for title in ("First", "Second")
    )
    drafts, problems = parse_html(content)
    assert titles(drafts) == ["First", "Second"]
    assert drafts[0].implications == [OTHER, "Watch the alliance.", SUMMARY]
    assert codes(problems) == [("doubtful-title", "warning")] * 2


def test_headings_of_the_titles_level_begin_articles_whatever_follows_them() -> None:
    content = f"<h2>July 2020</h2><h3>First</h3><p>{SUMMARY}</p><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>" + (
        f"<h3>Second</h3><p>Short.</p><p>Too.</p><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>"
    )
    drafts, problems = parse_html(content)
    assert titles(drafts) == ["First", "Second"] and drafts[1].summary == ["Short.", "Too."]
    assert codes(problems) == []


def test_lines_that_are_only_links_are_left_out_with_a_note_but_not_the_doi_of_the_reference() -> None:
    content = (
        f"<h2>July 2020</h2><h3><a href=x>Title</a></h3><p>{CITED}</p><p><a href=y>https://doi.org/10.1037/a1</a></p>"
        f"<p>{SUMMARY}</p><p><a href=z>Get the manual</a></p><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>"
    )
    (draft,), problems = parse_html(content)
    assert draft.citation == f"{CITED} https://doi.org/10.1037/a1"
    assert draft.summary == [SUMMARY]
    assert codes(problems) == [("links", "note")] and "Get the manual" in problems[0].message


def test_a_title_above_its_month_belongs_to_that_month_only_where_every_page_part_has_it_so() -> None:
    parts = f"<p>{SUMMARY}</p><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>"
    drafts, _ = parse_html(f"<h2>One</h2><p>July 2020</p>{parts}<h2>Two</h2><p>June 2020</p>{parts}")
    assert [(draft.month, draft.title) for draft in drafts] == [("2020-07", "One"), ("2020-06", "Two")]
    drafts, problems = parse("Training", "July 2020", SUMMARY, IMPLICATIONS, OTHER)
    assert drafts == []
    assert [code for code, _ in codes(problems)] == ["no-title", "no-article"]


def test_a_list_of_past_months_is_no_heading_of_articles_before_or_after_them() -> None:
    archive = ("May 2019", "April 2019", "March 2019")
    article = ("Title", SUMMARY, IMPLICATIONS, OTHER)
    drafts, problems = parse(*archive, "Blog", LONG, "July 2020", *article, "Archives", *archive)
    assert [(draft.month, draft.title) for draft in drafts] == [("2020-07", "Title")]
    assert codes(problems) == []
    drafts, problems = parse(*archive, "July 2020", *article)
    assert [(draft.month, draft.title) for draft in drafts] == [("2020-07", "Title")]
    assert codes(problems) == []


# --- pages without articles ------------------------------------------------------------------------------------------


def test_a_month_without_article_is_reported_and_the_others_are_kept() -> None:
    drafts, problems = parse("August 2020", "July 2020", "Title", SUMMARY, IMPLICATIONS, OTHER)
    assert titles(drafts) == ["Title"]
    assert codes(problems) == [("empty-month", "warning")] and "August 2020" in problems[0].message


def test_a_page_of_a_month_heading_alone_is_reported_as_without_article() -> None:
    drafts, problems = parse("Blog", "July 2020")
    assert drafts == []
    assert codes(problems) == [("empty-month", "warning"), ("no-article", "skipped")]
    assert all(problem.path == "page.txt" for problem in problems)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("Blog", LONG), "no page of the blog"),
        (("Title", SUMMARY, IMPLICATIONS, OTHER), "cannot be filed"),
        ((), "no page of the blog"),
    ],
)
def test_a_page_without_month_is_reported_with_what_to_do(lines: tuple[str, ...], words: str) -> None:
    drafts, (problem,) = parse(*lines)
    assert drafts == []
    assert (problem.code, problem.level) == ("no-month", "skipped") and words in problem.message


def test_an_article_above_the_first_month_is_reported_and_the_rest_is_kept() -> None:
    article = ("Title", SUMMARY, IMPLICATIONS, OTHER)
    drafts, problems = parse(*article, "July 2020", *article)
    assert titles(drafts) == ["Title"]
    assert codes(problems) == [("no-month", "skipped")]


def test_text_under_a_month_without_title_and_an_article_without_summary_are_reported_as_left_out() -> None:
    _, problems = parse("July 2020", SUMMARY, "June 2020", "Title", SUMMARY, IMPLICATIONS, OTHER)
    assert codes(problems) == [("no-title", "skipped")] and SUMMARY[:60] in problems[0].message
    drafts, problems = parse_html(
        f"<h2>July 2020</h2><h3>One</h3><p>{SUMMARY}</p><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>"
        f"<h3>Two</h3><h4>{IMPLICATIONS}</h4><p>{OTHER}</p>"
    )
    assert titles(drafts) == ["One"]
    assert codes(problems) == [("no-summary", "skipped")]


# --- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What are Patients’ Experiences?", "what-are-patients-experiences"),
        ("Flückiger & Co.: 5–8%", "fluckiger-co-58"),
        ("—A  b_c—", "a-b-c"),
        ("Θεραπεία", "8765b6133429"),  # printf Θεραπεία | sha256sum: nothing of it is ASCII
    ],
)
def test_a_slug_holds_only_letters_digits_and_single_hyphens(title: str, slug: str) -> None:
    assert slug_of(title) == slug
    assert article_id("2020-10", title) == f"2020-10-{slug}"
