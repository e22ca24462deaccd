"""Every page fits: nothing scrolls sideways at 320 px or with large text, targets are large enough, nothing shifts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from places import MARKED_ARTICLE, PAGES, RESULTS
from playwright.sync_api import expect
from reader import HEIGHT, NARROW, WIDE, Reader

Readers = Callable[..., Reader]
# What sticks out of the window, but for what is hidden on purpose or scrolls in a box of its own.
TOO_WIDE = """() => {
  const scrolls = e => e && (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const out = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
    && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement) && !e.closest('.skip, .unseen'));
  return [document.documentElement.scrollWidth > innerWidth ? 'scrolls sideways' : '',
    ...out.map(e => e.outerHTML.slice(0, 120))].filter(Boolean);
}"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
TOO_SMALL = """selector => [...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).filter(e => {
  const box = e.getBoundingClientRect();
  return box.width < 24 || box.height < 24;
}).map(e => e.outerHTML.slice(0, 120) + ' ' + JSON.stringify(e.getBoundingClientRect()))"""
# WCAG 1.4.12: a reader's own spacing must not cut or cover anything
SPACING = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""


@pytest.mark.parametrize(("path", "status"), PAGES)
def test_nothing_is_cut_or_scrolls_sideways_and_nothing_moves_while_it_loads(
    reader: Readers, path: str, status: int
) -> None:
    someone = reader()
    page = someone.page
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        someone.open(path, status)
        page.evaluate(PAINTED)
        assert page.evaluate(TOO_WIDE) == []
        assert someone.shifts() == []
        if width == NARROW:
            page.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
            assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize(
    "path", ["/search?q=title+alliance", "/article/2020-07-hostile?q=title", "/topics", "/archive"]
)
def test_endless_words_and_hostile_texts_break_no_layout_and_run_nowhere(
    reader: Readers, hostile: str, path: str
) -> None:
    someone = reader(hostile)
    page = someone.page
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        someone.open(path)
        page.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        assert page.evaluate(TOO_WIDE) == []
        assert page.title() != "run"


@pytest.mark.parametrize("path", ["/", RESULTS, MARKED_ARTICLE])
def test_text_of_twice_the_size_and_wider_spacing_still_fits(reader: Readers, path: str) -> None:
    page = reader(bypass_csp=True, width=640).open(path)  # the reader's own style, which our policy would refuse
    page.add_style_tag(content="html { font-size: 200% !important; }")
    assert page.evaluate(TOO_WIDE) == []
    page = reader(bypass_csp=True, width=NARROW).open(path)
    page.add_style_tag(content=SPACING)
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_is_clicked_is_24_pixels_high_and_wide_at_least(reader: Readers, width: int) -> None:
    targets = ".row, .chip, .clear, .pager a, .sorts a, button, summary, .bar a, footer nav a, .years a, .title a"
    for path in ("/search?q=therapy&topic=alliance&topic=depression", "/", "/topic/alliance"):
        assert reader(width=width).open(path).evaluate(TOO_SMALL, targets) == []
    choices = "label.choice, .show a, button, input:not([type=hidden], [type=checkbox], [type=radio])"
    assert reader(width=width).open("/filters?q=therapy").evaluate(TOO_SMALL, choices) == []


def test_a_finger_gets_44_pixels_for_a_facet(reader: Readers) -> None:
    page = reader(width=NARROW, has_touch=True, is_mobile=True).open("/filters?q=therapy")
    heights = page.locator("label.choice").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert heights and min(heights) >= 44


def test_the_columns_of_a_wide_screen_and_the_one_of_a_narrow_screen(reader: Readers) -> None:
    page = reader().open(RESULTS)
    refine, results = page.locator("#refine").bounding_box(), page.locator(".results").bounding_box()
    assert refine and results
    assert refine["x"] + refine["width"] < results["x"] and results["width"] <= 46 * 20
    page = reader(width=NARROW).open("/search?q=therapist+burnout&from=2018")
    expect(page.locator("#refine")).to_be_hidden()
    expect(page.get_by_role("link", name="Filters (1)")).to_be_in_viewport()


def test_the_first_result_is_on_the_first_screen(reader: Readers) -> None:
    page = reader().open("/search?q=therapist+burnout")
    expect(page.locator(".card .title").first).to_be_in_viewport()


def test_dark_is_dark_and_light_is_light(reader: Readers) -> None:
    grounds = []
    for theme in ("light", "dark"):
        page = reader(theme=theme).open("/")
        colour = page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        grounds.append(sum(colour[:3]) / 3)
    assert grounds[0] > 240 and grounds[1] < 40


def test_paper_has_the_texts_and_no_controls(reader: Readers) -> None:
    someone = reader()
    page = someone.open(RESULTS)
    page.emulate_media(media="print")
    for gone in ("form.ask", "#refine", ".pager", ".sorts", "footer nav", "[data-why]"):
        assert [one for one in page.locator(gone).all() if one.is_visible()] == [], gone
    expect(page.locator("h1")).to_be_visible()  # it tells question and filters
    expect(page.locator(".card .title").first).to_be_visible()
    page = someone.open(MARKED_ARTICLE)
    for gone in ("form.ask", "nav", "[data-marks]", "footer nav"):
        assert [one for one in page.locator(gone).all() if one.is_visible()] == [], gone
    expect(page.locator(".implications")).to_be_visible()
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == ground  # nobody prints night


def test_who_wants_less_motion_gets_none(reader: Readers) -> None:
    page = reader(reduced_motion="reduce").open(RESULTS)
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
        " return s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0.01"
        " || parseFloat(s.animationDuration) > 0.01; }).map(e => e.outerHTML.slice(0, 80))"
    )
    assert moving == []


def test_with_the_systems_own_colours_what_is_chosen_can_still_be_told(reader: Readers) -> None:
    page = reader(forced_colors="active").open(RESULTS)
    for chosen in ("a.chip", ".row.chosen"):
        style = "e => { const s = getComputedStyle(e); return s.borderStyle !== 'none' || s.outlineStyle !== 'none' }"
        assert page.locator(chosen).first.evaluate(style), chosen
