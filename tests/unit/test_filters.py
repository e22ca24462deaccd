"""What a page proves about its articles: by its address, by its marked choice, and nothing where they disagree."""

from __future__ import annotations

import pytest

from indexer.filters import proven_filters
from indexer.formats import read_blocks
from indexer.model import Filter, Page, Problem

LISTS = """<h2>Type of Research</h2>
<ul><li><a href="?cat_1=&cat_2=">ALL</a></li><li><a href="?cat_1=3">Meta-analyses</a></li>
<li><a href="?cat_1=4">Reviews</a></li></ul>
<h2>Topics</h2>
<ul><li{all}><a href="?cat_2=">ALL Topics (clear)</a></li>
<li{first}><a href="?cat_2=17">Alliance and Therapeutic Relationship</a></li>
<li{second}><a href="/b?cat_2=18">Training</a></li></ul>
<nav><a class="active" href="/blog">Blog</a></nav>
<h2>July 2020</h2><p><strong><a href="/x">A link</a></strong></p>"""
ALLIANCE = Filter("topic", "Alliance and Therapeutic Relationship", "17")


def page(url: str | None = None, **marks: str) -> Page:
    given = {"all": "", "first": "", "second": ""} | marks
    return Page("page.html", "html", LISTS.format(**given).encode(), "0", url)


def proven(page: Page) -> tuple[tuple[Filter, ...], tuple[Problem, ...]]:
    return proven_filters(page, read_blocks(page))


def test_the_choices_are_read_from_the_two_lists_and_nothing_else() -> None:
    reading = read_blocks(page())
    assert [(choice.kind, choice.label, choice.site_id) for choice in reading.choices] == [
        ("type", "Meta-analyses", "3"),
        ("type", "Reviews", "4"),
        ("topic", "Alliance and Therapeutic Relationship", "17"),
        ("topic", "Training", "18"),
    ]
    assert reading.marked == ()


@pytest.mark.parametrize(
    "page",
    [
        page("https://example.org/pprnet/blog?cat_1=&cat_2=17&p=2"),
        page(first=' class="active"'),
        page(first=' aria-current="true"'),
        page("https://example.org/pprnet/blog?cat_2=17", first=' class="leaf selected"'),
    ],
    ids=["address", "class", "aria", "both"],
)
def test_an_address_or_a_marked_choice_proves_the_topic(page: Page) -> None:
    assert proven(page) == ((ALLIANCE,), ())


def test_an_address_proves_topic_and_type_together() -> None:
    found, problems = proven(page("https://example.org/pprnet/blog?cat_1=3&cat_2=17"))
    assert found == (Filter("type", "Meta-analyses", "3"), ALLIANCE)
    assert problems == ()


@pytest.mark.parametrize(
    "page",
    [
        page("https://example.org/blog?cat_2=17", second=' class="active"'),
        page("https://example.org/blog?cat_2=17", all=' class="active"'),
        page("https://example.org/blog?cat_2=99", first=' class="active"'),
        page(first=' class="active"', second=' class="active"'),
    ],
    ids=["another", "all", "unknown-id", "two-marks"],
)
def test_an_address_and_a_mark_that_disagree_prove_nothing_and_are_reported(page: Page) -> None:
    found, problems = proven(page)
    assert found == ()
    assert [(problem.code, problem.path, problem.level) for problem in problems] == [
        ("filter-conflict", "page.html", "warning")
    ]


def test_a_numbered_page_of_another_list_is_past_the_end_of_the_one_asked_for_which_is_no_fault() -> None:
    found, (problem,) = proven(page("https://example.org/blog?cat_2=17&p=9", all=' class="active"'))
    assert found == ()
    assert (problem.code, problem.level) == ("past-the-end", "note")


@pytest.mark.parametrize(
    "page",
    [
        page(),
        page("https://example.org/pprnet/blog"),
        page("https://example.org/pprnet/blog?cat_2=99"),
        page("https://example.org/pprnet/blog?cat_2=17&cat_2=18"),
        page("http://[", all=' class="active"'),
        page(all=' class="active"', first=' class="leaf"'),
    ],
    ids=["bare", "unfiltered", "unknown-id", "two-ids", "no-address", "all-marked"],
)
def test_a_page_that_shows_no_single_choice_proves_nothing_and_is_no_problem(page: Page) -> None:
    assert proven(page) == ((), ())


def test_a_selected_option_is_a_mark_but_not_the_one_that_takes_the_filter_off() -> None:
    form = """<select name="cat_2"><option value="All"{}>- Any -</option><option value="17"{}>Training</option></select>
    <h2>July 2020</h2>"""
    chosen = Page("a.html", "html", form.format("", " selected").encode(), "0")
    assert proven(chosen) == ((Filter("topic", "Training", "17"),), ())
    unchosen = Page("b.html", "html", form.format(" selected", "").encode(), "0")
    assert proven(unchosen) == ((), ())


def test_a_list_in_which_every_entry_is_bold_marks_none() -> None:
    bold = "<h3>Topics</h3><ul><li><b><a href='?cat_2=1'>Training</a></b><li><b><a href='?cat_2=2'>Empathy</a></b></ul>"
    assert proven(Page("a.html", "html", bold.encode(), "0")) == ((), ())


def test_a_choice_that_is_shown_without_link_because_it_is_chosen_counts() -> None:
    listed = "<h3>Topics</h3><ul><li class='active'>Training<li><a href='?cat_2=2'>Empathy</a></ul><h2>May 2020</h2>"
    assert proven(Page("a.html", "html", listed.encode(), "0")) == ((Filter("topic", "Training"),), ())
