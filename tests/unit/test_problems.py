"""The table of codes is complete and true, and --strict names them."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from shown import VOCABULARY, Shown, capture

from indexer.citation import has_broken_doi
from indexer.errors import InputError
from indexer.formats.decoding import decode
from indexer.ingest import ingest_pages
from indexer.model import Page, Problem
from indexer.parsed import parse_page
from indexer.problems import CODES, refuse_warnings

ROOT = Path(__file__).resolve().parents[2]


def levels_in_source() -> dict[str, set[str]]:
    """The levels with which each code is written in `Problem("code", ..., level="...")`; "?" for a computed one."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in ("indexer", "webui"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"):
                    continue
                if not node.args:
                    assert [keyword.arg for keyword in node.keywords] == [None], f"{path}: only read back from a file"
                    continue
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}: write the code where it is made"
                level = next((keyword.value for keyword in node.keywords if keyword.arg == "level"), None)
                shown = "warning" if level is None else level.value if isinstance(level, ast.Constant) else "?"
                found[node.args[0].value].add(shown)
    return found


def test_every_code_of_the_source_is_in_the_table_with_its_level_and_no_other_is() -> None:
    found = levels_in_source()
    assert found.pop("more-problems") == {"?"}  # as grave as what is not shown
    assert found == {code: {row.level} for code, row in CODES.items() if code != "more-problems"}


def test_every_code_says_in_a_sentence_what_it_means_and_what_to_do() -> None:
    for code, row in CODES.items():
        assert row.meaning.endswith(".") and row.remedy.endswith("."), code
        assert row.level == "note" or row.remedy != "Nothing.", code


def test_strict_refuses_warnings_and_what_was_skipped_but_no_notes() -> None:
    note = Problem("no-citation", "", level="note")
    refuse_warnings([note])
    with pytest.raises(InputError) as error:
        refuse_warnings(
            [Problem("conflict", ""), note, Problem("missing", "", level="skipped"), Problem("conflict", "")]
        )
    head, *lines = str(error.value).splitlines()
    assert "Nothing was switched" in head
    assert [line.split(":")[0].strip() for line in lines] == ["conflict (2)", "missing (1)"]


# --- pages without a digest ------------------------------------------------------------------------------------------

EMPTY_LIST = (
    b"<h2>Topics</h2><ul><li><a href='?cat_2=0'>All</a></li>"
    b"<li class='active'><a href='?cat_2=9'>Depression</a></li></ul><p>There are no posts.</p>"
)
ELSEWHERE = b"<h1>Opening hours</h1><p>We are open from nine to five.</p>"
BARE = b"<div id='app'></div><script src='app.js'></script>"
UNFILED = b"<h3>A title</h3><p>Its text.</p><h4>Practice Implications</h4><p>What follows.</p>"


@pytest.mark.parametrize(
    ("content", "of_a_file", "of_an_archive"),
    [
        (EMPTY_LIST, ("empty-list", "note"), ("empty-list", "note")),
        (ELSEWHERE, ("no-month", "skipped"), ("not-the-blog", "note")),
        (BARE, ("no-text", "skipped"), ("not-the-blog", "note")),
        (UNFILED, ("no-month", "skipped"), ("no-month", "skipped")),
        (EMPTY_LIST + UNFILED, ("no-month", "skipped"), ("no-month", "skipped")),
    ],
    ids=["empty-list", "elsewhere", "bare", "unfiled", "unfiled-list"],
)
def test_a_page_without_digest_is_a_problem_unless_it_is_an_empty_list_or_an_archive_s_by_catch(
    content: bytes, of_a_file: tuple[str, str], of_an_archive: tuple[str, str]
) -> None:
    for at, expected in ((None, of_a_file), ("2020-08-01T10:00:00Z", of_an_archive)):
        parsed = parse_page(Page("a", "html", content, "1", "https://x.example/", at))
        assert parsed.drafts == ()
        assert [(problem.code, problem.level) for problem in parsed.problems] == [expected]


# --- warnings about one digest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "today", "said"),
    [
        ("2020-06-30T23:59:00Z", "2020-11-22", "2020-06-30"),
        ("2020-07-01T00:00:00Z", "2020-06-01", None),
        (None, "2020-06-30", "2020-06-30"),
        (None, "2020-07-01", None),
        (None, "", None),
    ],
)
def test_a_month_after_the_capture_or_for_undated_ones_after_today_is_a_warning(
    at: str | None, today: str, said: str | None
) -> None:
    found = ingest_pages([capture("a.txt", Shown("Video", "July 2020"), at=at)], VOCABULARY, today=today)
    assert [problem.code for problem in found.problems] == (["future-month"] if said else [])
    assert all(str(said) in problem.message for problem in found.problems)


def test_what_an_older_capture_lacked_is_no_longer_a_warning() -> None:
    whole = capture("whole.txt", Shown("Video"), at="2020-09-01")
    cut = capture("cut.txt", Shown("Video"), at="2020-08-01")
    without = cut.content.split(b"Practice Implications")[0]
    old = Page("cut.txt", "text", without, "cut", None, "2020-08-01")
    assert [problem.code for problem in ingest_pages([old], VOCABULARY).problems] == ["no-implications"]
    assert [problem.code for problem in ingest_pages([old, whole], VOCABULARY).problems] == ["conflict"]


def test_a_text_of_a_few_words_is_noted() -> None:
    found = ingest_pages([capture("a.txt", Shown("Video", body="One short sentence. " * 3))], VOCABULARY)
    assert [(problem.code, problem.level) for problem in found.problems] == [("short-text", "note")]


@pytest.mark.parametrize(
    ("printed", "is_broken"),
    [
        ("Psychotherapy, 52(1), 12-19. doi:10.1037/pst0000001", False),
        ("Psychotherapy, 52(1), 12-19.", False),
        ("It grew by 10.5/week, or 10.1.", False),
        ("doi:10.1037/ pst0000001", True),
        ("doi: pst0000001", True),
        ("https://doi.org/", True),
        ("10.1037\\pst0000001", True),
        ("10.103/pst0000001", True),
        ("10.1037/pst–0000001", True),
    ],
)
def test_a_doi_that_is_announced_but_none_is_found(printed: str, is_broken: bool) -> None:
    assert has_broken_doi(printed) is is_broken


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("It’s plain, with a tab\tand a soft\u00adhyphen.".encode(), []),
        (b"a bell \x07 rings" + b"." * 100, ["text-repaired"]),
        ("client\u0092s and\u0085".encode(), ["text-repaired"]),
        ("The client\ufffds".encode(), ["garbled"]),
    ],
)
def test_control_characters_that_were_repaired_and_letters_that_are_lost_are_reported(
    content: bytes, codes: list[str]
) -> None:
    _, problems = decode(Page("a.txt", "text", content, "0"))
    assert [(problem.code, problem.level) for problem in problems] == [(code, "warning") for code in codes]
