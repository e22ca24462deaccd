"""Everything by keyboard alone: a walk with the Tab key, the search box with suggestions, and the shortcuts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from reader import NARROW, WIDE, Reader

Readers = Callable[..., Reader]
# of the element with the focus: is there an outline, or else a border or ground that it has not without the focus?
HAS_RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""
PLACE = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return box.width > 0 && box.height > 0
    && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""
MAX_STOPS = 150


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", ["/", "/search?q=therapy&topic=alliance&from=2018", "/filters?q=therapy"])
def test_tab_reaches_everything_in_reading_order_and_the_focus_is_always_seen(
    reader: Readers, path: str, width: int
) -> None:
    someone = reader(width=width)
    page = someone.open(path)
    wanted = page.evaluate(
        "() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')]"
        ".filter(e => e.checkVisibility() && e.tabIndex >= 0)"
        ".filter(e => e.type !== 'radio' || e.checked).length"
    )
    assert 10 < wanted < MAX_STOPS
    problems = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        if not page.evaluate(HAS_RING):
            problems.append(f"no ring: {someone.focused()}")
        if not page.evaluate(PLACE):
            problems.append(f"out of sight: {someone.focused()}")
    assert not problems
    page.keyboard.press("Tab")
    assert someone.focused() == "BODY"  # that was all: the next stop is outside of the page


def test_the_first_stops_skip_to_content_and_filters(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    page.keyboard.press("Tab")
    assert someone.focused() == "Skip to the content"
    page.keyboard.press("Tab")
    assert someone.focused() == "Skip to the filters"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('#refine').contains(document.activeElement)")


def test_from_question_to_digest_without_a_mouse(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/")
    page.keyboard.press("/")
    page.keyboard.type("therapist burnout")
    someone.travel_by(lambda: page.keyboard.press("Enter"))
    assert someone.path == "/search?q=therapist+burnout"
    tab_to(page, someone, re.compile(r"^Therapist Factors \d+ digests$"))
    with someone.answered():
        page.keyboard.press("Enter")
    assert "topic=therapist-factors" in someone.path and "Therapist Factors" in someone.focused()
    for _ in range(MAX_STOPS):
        if page.evaluate("() => document.activeElement.closest('.card .title') !== null"):
            break
        page.keyboard.press("Shift+Tab")
    someone.travel_by(lambda: page.keyboard.press("Enter"))
    assert someone.path.startswith("/article/")


def tab_to(page: Page, someone: Reader, name: re.Pattern[str]) -> None:
    for _ in range(MAX_STOPS):
        page.keyboard.press("Tab")
        if name.search(someone.focused()):
            return
    raise AssertionError(f"Tab never came to {name.pattern}")


# --- suggestions -----------------------------------------------------------------------------------------------------


def typed(someone: Reader, words: str) -> Page:
    """Type into the box of the start page, and wait for suggestions."""
    page = someone.open("/")
    page.locator("#q").press_sequentially(words)
    page.locator("#suggestions [role=option]").first.wait_for()
    return page


def test_suggestions_are_announced_as_a_combobox_with_nothing_preselected(reader: Readers) -> None:
    page = typed(reader(), "alli")
    box = page.locator("#q")
    for name, value in {"role": "combobox", "aria-expanded": "true", "aria-autocomplete": "list"}.items():
        expect(box).to_have_attribute(name, value)
    assert box.get_attribute("aria-activedescendant") is None
    assert box.get_attribute("aria-controls") == "suggestions"
    expect(page.locator("#suggestions")).to_have_role("listbox")
    options = page.locator("#suggestions [role=option]")
    assert 2 < options.count() <= 8
    assert page.locator("#suggestions [aria-selected=true]").count() == 0
    groups = page.locator("#suggestions [role=group]")
    assert [group.get_attribute("aria-label") for group in groups.all()] == ["Topics", "Digests", "Words"]


def test_enter_searches_what_was_typed_while_nothing_is_chosen(reader: Readers) -> None:
    someone = reader()
    page = typed(someone, "alli")
    someone.travel_by(lambda: page.keyboard.press("Enter"))
    assert someone.path == "/search?q=alli"


def test_arrows_choose_a_topic_and_enter_goes_there(reader: Readers) -> None:
    someone = reader()
    page = typed(someone, "alli")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#suggestions [aria-selected=true]")
    expect(chosen).to_contain_text("Alliance and Therapeutic Relationship")
    assert page.locator("#q").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert page.evaluate("() => document.activeElement.id") == "q"
    someone.travel_by(lambda: page.keyboard.press("Enter"))
    assert someone.path == "/topic/alliance"


def test_arrows_go_round_by_way_of_the_box(reader: Readers) -> None:
    page = typed(reader(), "alli")
    n_options = page.locator("#suggestions [role=option]").count()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#suggestions [role=option]").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert page.locator("#suggestions [aria-selected=true]").count() == 0
    for _ in range(n_options + 1):
        page.keyboard.press("ArrowDown")
    assert page.locator("#suggestions [aria-selected=true]").count() == 0
    assert page.locator("#q").input_value() == "alli"


def test_a_suggested_word_is_searched(reader: Readers) -> None:
    someone = reader()
    page = typed(someone, "burnou")
    page.keyboard.press("ArrowUp")
    someone.travel_by(lambda: page.keyboard.press("Enter"))
    assert someone.path == "/search?q=burnout"


def test_esc_closes_the_suggestions_and_then_clears_the_box(reader: Readers) -> None:
    page = typed(reader(), "alli")
    box, suggestions = page.locator("#q"), page.locator("#suggestions")
    page.keyboard.press("Escape")
    expect(suggestions).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("alli")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_tab_leaves_the_box_and_takes_nothing(reader: Readers) -> None:
    someone = reader()
    page = typed(someone, "alli")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("alli")
    assert someone.focused() == "Search" and someone.path == "/"


def test_a_suggestion_can_be_clicked_on_a_narrow_screen(reader: Readers) -> None:
    someone = reader(width=NARROW)
    page = typed(someone, "burn")
    someone.travel(page.locator("#suggestions [role=option]").first)
    assert someone.path.startswith("/article/2021-07-psychotherapist-burnout")


def test_answers_that_come_too_late_are_dropped(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/")
    page.route("**/suggest?q=a", lambda route: None)  # never answered
    page.locator("#q").press_sequentially("a")
    page.wait_for_timeout(200)  # longer than the pause after which it asks
    page.locator("#q").press_sequentially("ttach", delay=10)
    expect(page.locator("#suggestions [role=option]").first).to_contain_text("Attachment")


# --- shortcuts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["/", "Control+k", "Meta+k"])
def test_a_key_leads_to_the_box_and_selects_what_it_holds(reader: Readers, key: str) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    page.evaluate("() => scrollTo(0, 500)")
    page.keyboard.press(key)
    assert page.evaluate("() => document.activeElement.id") == "q"
    page.keyboard.type("rupture")
    expect(page.locator("#q")).to_have_value("rupture")


def test_in_the_box_keys_are_letters(reader: Readers) -> None:
    page = reader().open("/")
    page.locator("#q").press_sequentially("and/or?")
    expect(page.locator("#q")).to_have_value("and/or?")
    expect(page.locator("dialog#help")).to_be_hidden()


def test_the_question_mark_opens_the_help_and_esc_gives_the_focus_back(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    first = page.locator(".card .title a").first
    first.focus()
    page.keyboard.press("?")
    help_ = page.locator("dialog#help")
    expect(help_).to_be_visible()
    assert page.evaluate("() => document.querySelector('#help').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(first).to_be_focused()


def test_single_keys_can_be_switched_off_and_stay_off(reader: Readers) -> None:
    page = reader().open("/")
    page.keyboard.press("?")
    page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    page.keyboard.press("?")
    page.keyboard.press("/")
    expect(page.locator("dialog#help")).to_be_hidden()
    assert page.evaluate("() => document.activeElement.id") != "q"
    page.keyboard.press("Control+k")  # two keys at once go on to work
    assert page.evaluate("() => document.activeElement.id") == "q"
