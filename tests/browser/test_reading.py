"""From a result to its digest and around: marked words, previous and next, reasons, and browsing without a question."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from reader import NARROW, WIDE, Reader, count_of

Readers = Callable[..., Reader]
BOTH = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])


@BOTH
@WIDTHS
def test_read_a_digest_go_on_to_the_next_and_back_to_the_same_results(
    reader: Readers, script: bool, width: int
) -> None:
    someone = reader(script=script, width=width)
    page = someone.open("/search?q=alliance&page=2")
    titles = page.locator(".card .title").all_inner_texts()
    total = someone.total()
    someone.travel(page.locator(".card .title a").first)
    assert someone.heading() == titles[0]
    place = page.locator("nav[aria-label=Results]")
    expect(place).to_contain_text(f"11 of {total}")
    assert page.locator("article mark").count() > 0
    assert (
        page.locator("link[rel=canonical]")
        .get_attribute("href", timeout=1000)
        .endswith(  # type: ignore[union-attr]
            someone.path.split("?")[0]
        )
    )

    someone.travel(place.get_by_text("Next"))
    assert someone.heading() == titles[1]
    expect(place).to_contain_text(f"12 of {total}")
    someone.travel(place.get_by_text("Previous"))
    assert someone.heading() == titles[0]
    someone.travel(place.get_by_role("link").first)
    assert someone.path == "/search?q=alliance&page=2"


def test_step_through_the_marked_words_and_dismiss_them(reader: Readers) -> None:
    someone = reader()
    page = someone.open("/search?q=burnout")
    someone.travel(page.locator(".card .title a").first)
    n_marks = page.locator("article mark").count()
    assert n_marks > 2
    bar = page.locator("[data-marks]")
    bar.get_by_role("button", name="Next").click()
    bar.get_by_role("button", name="Next").click()
    assert page.locator("article mark").evaluate_all("all => all.findIndex(m => m.classList.contains('now'))") == 1
    expect(page.locator("article mark.now")).to_be_in_viewport()
    expect(bar).to_contain_text(f"2 of {n_marks}")
    bar.get_by_role("button", name="Previous").click()
    bar.get_by_role("button", name="Previous").click()
    expect(bar).to_contain_text(f"{n_marks} of {n_marks}")
    page.keyboard.press("Escape")
    expect(page.locator("article mark")).to_have_count(0)
    assert "q=" not in someone.path  # an address that is passed on shows the digest itself
    page.reload()
    assert page.locator("article mark").count() == 0


def test_the_marked_words_without_a_script(reader: Readers) -> None:
    someone = reader(script=False)
    page = someone.open("/search?q=burnout")
    someone.travel(page.locator(".card .title a").first)
    page.locator("[data-marks] li a").nth(1).click()
    expect(page.locator("article mark").nth(1)).to_be_in_viewport()
    assert someone.path.endswith("#m2")
    someone.travel(page.locator("[data-marks-hide]"))
    assert page.locator("article mark").count() == 0 and "q=" not in someone.path


@BOTH
@WIDTHS
def test_browse_without_a_question(reader: Readers, script: bool, width: int) -> None:
    someone = reader(script=script, width=width)
    page = someone.open("/")
    someone.travel(page.locator("footer").get_by_text("Topics"))
    assert someone.path == "/topics"
    topic = page.locator("main a.row", has_text="Alliance").first
    promised = count_of(topic)
    someone.travel(topic)
    assert someone.path == "/topic/alliance"
    expect(page.locator("h1")).to_have_text("Alliance and Therapeutic Relationship")
    someone.travel(page.get_by_role("link", name=re.compile(f"{promised} digests|All {promised}")).first)
    assert someone.path == "/search?topic=alliance" and someone.total() == promised

    someone.travel(page.locator("footer").get_by_text("Archive"))
    someone.travel(page.locator("main a.row").first)
    assert re.fullmatch(r"/month/20\d\d-\d\d", someone.path)
    someone.travel(page.locator(".card .title a").first)
    assert someone.path.startswith("/article/") and page.locator("article mark").count() == 0

    someone.travel(page.locator("footer").get_by_text("About"))
    assert someone.path == "/about"
    someone.travel(page.locator("dl.pairs a").first)
    assert someone.path.startswith("/search?q=") and someone.total() > 0


@BOTH
def test_an_address_of_the_old_blog_leads_to_results_and_says_what_it_could_not_keep(
    reader: Readers, script: bool
) -> None:
    someone = reader(script=script)
    page = someone.open("/pprnet/blog?cat_1=9999&cat_2=&p=1")
    assert someone.path.startswith("/search") and someone.heading() == "All 29 digests"
    expect(page.locator(".notices")).to_contain_text("9999")


@BOTH
def test_why_a_digest_is_among_the_results(reader: Readers, script: bool) -> None:
    someone = reader(script=script)
    page = someone.open("/search?q=therapist+burnout")
    card = page.locator(".card").first
    link = card.locator("[data-why]")
    if not script:
        someone.travel(link)
        expect(page.locator("[data-why-body]")).to_contain_text("burnout")
        return
    link.click()
    expect(card.locator("[data-why-body]")).to_contain_text("burnout")
    expect(link).to_have_attribute("aria-expanded", "true")
    link.press("Enter")
    expect(card.locator("[data-why-body]")).to_be_hidden()
    expect(link).to_have_attribute("aria-expanded", "false")
    assert someone.path == "/search?q=therapist+burnout"
