"""What a reader does from a question to the results they want, on wide and narrow screens, with JavaScript and without.

The same steps lead to the same addresses and the same words either way: the script only saves the reload.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from reader import NARROW, WIDE, Reader, count_of

Readers = Callable[..., Reader]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])


def value(page: Page, facet: str, name: str) -> Locator:
    """Return the link of a facet's value, in the short list."""
    rows = page.locator(f"[data-facet={facet}] .rows:not([data-filterable]) a.row")
    return rows.filter(has_text=re.compile(rf"^(Remove filter )?\s*{re.escape(name)}")).first


def unfold(details: Locator) -> None:
    if details.get_attribute("open") is None:
        details.locator("summary").click()


def chips(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("a.chip").all_inner_texts()]


@BOTH
def test_from_a_question_through_every_filter_and_back(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/")
    page.locator("#q").fill("alliance")
    someone.travel_by(lambda: page.locator("#q").press("Enter"))
    assert someone.path == "/search?q=alliance"
    everything = someone.total()

    topic = value(page, "topic", "Alliance and Therapeutic Relationship")
    promised = count_of(topic)
    someone.follow(topic)
    assert (someone.path, someone.total()) == ("/search?q=alliance&topic=alliance", promised)
    expect(value(page, "topic", "Alliance")).to_have_attribute("aria-current", "true")

    other = value(page, "topic", "Therapist Factors")
    added = count_of(other)
    someone.follow(other)
    assert someone.path == "/search?q=alliance&topic=alliance&topic=therapist-factors"
    assert someone.total() == promised + added  # one of the two is enough
    both = someone.total()

    kind = value(page, "type", "Meta-analysis")
    promised = count_of(kind)
    someone.follow(kind)
    assert someone.path == "/search?q=alliance&topic=alliance&topic=therapist-factors&type=meta-analysis"
    assert someone.total() == promised <= both

    year = page.locator("[data-facet=year] a").last
    promised = int(re.search(r", (\d+) digest", year.text_content() or "")[1])  # type: ignore[index]
    someone.follow(year)
    assert someone.total() == promised
    assert re.search(r"&type=meta-analysis&from=(20\d\d)&to=\1$", someone.path)
    assert [chip.split(":")[0].removeprefix("Remove filter ") for chip in chips(page)] == [
        "Topic",
        "Topic",
        "Type of research",
        "Year",
    ]
    assert " or " in someone.heading() and "alliance" in someone.heading()

    for n_left in (3, 2, 1, 0):
        someone.follow(page.locator("a.chip").last)
        assert len(chips(page)) == n_left
    assert (someone.path, someone.total()) == ("/search?q=alliance", everything)


@BOTH
def test_a_new_question_keeps_the_filters_and_one_click_clears_them(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=alliance&topic=alliance&from=2018")
    someone.ask("rupture repair")
    assert someone.path == "/search?q=rupture+repair&topic=alliance&from=2018"
    someone.follow(page.locator("a.clear"))
    assert someone.path == "/search?q=rupture+repair"


@BOTH
def test_a_range_of_years_typed_into_its_fields(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=therapy")
    page.locator("#from").fill("2018")
    page.locator("#to").fill("2020")
    someone.follow(page.locator("form.range button"))
    assert re.sub(r"&from=2018&to=2020$", "", someone.path) == "/search?q=therapy"
    months = page.locator(".card .meta").all_inner_texts()
    assert months and all(re.search(r"(2018|2019|2020)$", month.strip()) for month in months)


@BOTH
@WIDTHS
def test_orders_and_pages(reader: Readers, script: bool, width: int) -> None:
    someone = reader(script=script, width=width)
    page = someone.open("/search?q=therapy")
    first = page.locator(".card .title").all_inner_texts()
    someone.follow(page.locator(".sorts").get_by_text("Oldest", exact=True))
    assert someone.path == "/search?q=therapy&sort=oldest"
    expect(page.locator(".sorts [aria-current=true]")).to_have_text("Oldest")
    years = [int(meta.strip()[-4:]) for meta in page.locator(".card .meta").all_inner_texts()]
    assert years == sorted(years)

    someone.follow(page.locator(".pager a[rel=next]"))
    assert someone.path == "/search?q=therapy&sort=oldest&page=2"
    expect(page.locator(".pager [aria-current=page]")).to_have_text(re.compile("2$"))
    expect(page.locator("ol.hits")).to_have_attribute("start", "11")
    someone.follow(page.locator(".pager a[rel=prev]"))
    someone.follow(page.locator(".sorts").get_by_text("Relevance", exact=True))
    assert someone.path == "/search?q=therapy"
    assert page.locator(".card .title").all_inner_texts() == first


@BOTH
def test_did_you_mean_shows_its_count_and_changes_nothing_by_itself(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=burnuot+therapists&from=2018")
    assert page.locator("#q").input_value() == "burnuot therapists"
    offer = page.locator("p", has_text="Did you mean")
    promised = int(re.search(r"(\d+) digest", offer.inner_text())[1])  # type: ignore[index]
    someone.follow(offer.locator("a"))
    assert someone.path == "/search?q=burnout+therapists&from=2018"
    assert someone.total() == promised
    assert page.locator("#q").input_value() == "burnout therapists"


@BOTH
def test_every_way_out_of_no_results_shows_its_count_and_keeps_its_word(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    nothing = "/search?q=alliance&topic=alliance&type=chapter"  # each filter alone would leave something
    page = someone.open(nothing)
    assert someone.heading().startswith("No digest")
    assert page.locator(".newest .card").count() == 3
    ways = page.locator(".nothing a")
    texts = [" ".join(text.split()) for text in ways.all_inner_texts()]
    assert [re.sub(r"^\d+ ", "", text) for text in texts[:2]] == [
        "digest without the filter Topic: Alliance and Therapeutic Relationship",
        "digests without the filter Type of research: Book chapter",
    ]
    for number, text in enumerate(texts):
        promised = int(text.split()[0])
        someone.follow(ways.nth(number))
        assert someone.total() == promised > 0, text
        someone.open(nothing)


@BOTH
def test_what_was_added_to_a_question_can_be_taken_back_by_a_link(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=the+video+therapy+alliance")
    reading = page.locator("#understood")
    unfold(reading)
    expect(reading).to_contain_text("“the”")
    expect(reading).to_contain_text("telehealth")
    more = someone.total()
    someone.follow(reading.get_by_text("Search only the words as typed"))
    assert "words=typed" in someone.path and someone.total() <= more
    expect(page.locator(".results")).not_to_contain_text("telehealth, teletherapy")
    unfold(reading)
    someone.follow(reading.locator("a[href='/search?q=the+video+therapy+alliance']"))
    assert someone.path == "/search?q=the+video+therapy+alliance" and someone.total() == more


@BOTH
def test_only_those_with_all_words_and_back(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=video+therapy+alliance")
    link = page.get_by_text(re.compile("Only those with all your words"))
    promised = int(re.search(r"\((\d+)\)", link.inner_text())[1])  # type: ignore[index]
    everything = someone.total()
    assert page.locator(".missing").count() > 0
    someone.follow(link)
    assert someone.path == "/search?q=video+therapy+alliance&match=all"
    assert someone.total() == promised and page.locator(".missing").count() == 0
    someone.follow(page.get_by_text("any of your words"))
    assert someone.total() == everything


@BOTH
def test_several_filters_at_once_on_a_narrow_screen(reader: Readers, script: bool) -> None:
    someone = reader(script=script, width=NARROW)
    page = someone.open("/search?q=alliance")
    expect(page.locator("#refine .facet").first).to_be_hidden()
    someone.travel(page.get_by_role("link", name="Filters", exact=True))
    form = page.locator("form[data-filters]")
    form.get_by_role("checkbox", name=re.compile("Alliance and Therapeutic")).check()
    form.get_by_role("checkbox", name=re.compile("Depression")).check()
    form.locator("#from").fill("2018")
    show = form.locator("[data-show]")
    expect(show).to_be_in_viewport()
    if script:
        form.locator("#from").press("Tab")
        expect(show).to_have_text(re.compile(r"^Show \d+ digests?$"))
        expect(show).not_to_have_text(re.compile("Show 26 digests"))
        promised = int(re.sub(r"\D", "", show.inner_text()))
    someone.travel(show)
    assert someone.path == "/search?q=alliance&topic=alliance&topic=depression&from=2018"
    assert not script or someone.total() == promised
    expect(page.get_by_role("link", name="Filters (3)")).to_be_visible()


@BOTH
def test_a_page_past_the_end_keeps_the_question_and_leads_to_the_last_page(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=alliance&page=99", 404)
    assert page.locator("#q").input_value() == "alliance"
    someone.travel(page.locator("main a").first)
    assert someone.path == "/search?q=alliance&page=3" and page.locator(".card").count() > 0
