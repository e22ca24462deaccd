"""axe finds nothing on any page template, in any state of it, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from places import ARTICLE, PAGES
from playwright.sync_api import Page
from reader import HEIGHT, NARROW, WIDE, Reader

ALL_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}  # WCAG 2.2, off by default
RULES_OF_COLOUR = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


def violations(page: Page, options: dict[str, Any] = ALL_RULES) -> list[str]:
    """Return what axe finds, a line per element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return [f"{rule['id']}: {node['target']} {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def violations_in_every_look(reader: Reader) -> list[str]:
    """Return what axe finds light and dark, wide and narrow, with the look it was found in."""
    found = []
    for theme, rules in (("light", ALL_RULES), ("dark", RULES_OF_COLOUR)):  # the theme changes nothing but colours
        for width in (WIDE, NARROW):
            reader.page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            reader.page.set_viewport_size({"width": width, "height": HEIGHT})
            found += [f"{theme} {width} px, {violation}" for violation in violations(reader.page, rules)]
    return found


@pytest.mark.parametrize(("path", "status"), PAGES)
def test_no_page_has_a_violation(reader: Callable[..., Reader], path: str, status: int) -> None:
    someone = reader()
    someone.open(path, status)
    assert not violations_in_every_look(someone)


def test_no_violation_with_every_fold_open(reader: Callable[..., Reader]) -> None:
    for path in ("/search?q=video+therapy+alliance", ARTICLE):
        someone = reader()
        page = someone.open(path)
        page.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
        assert not violations_in_every_look(someone)


def test_no_violation_with_the_help_dialog_open(reader: Callable[..., Reader]) -> None:
    someone = reader()
    page = someone.open("/search?q=alliance")
    page.keyboard.press("?")
    page.locator("dialog#help").wait_for()
    assert not violations_in_every_look(someone)


def test_no_violation_with_suggestions_open_and_one_of_them_chosen(reader: Callable[..., Reader]) -> None:
    someone = reader()
    page = someone.open("/")
    page.locator("#q").press_sequentially("alli")
    page.locator("#suggestions [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert not violations_in_every_look(someone)


def test_no_violation_with_the_explanation_of_a_result_open(reader: Callable[..., Reader]) -> None:
    someone = reader()
    page = someone.open("/search?q=therapist+burnout")
    page.locator(".card").first.get_by_text("Why this result?").click()
    page.locator(".card [data-why-body]").first.wait_for()
    assert not violations_in_every_look(someone)


def test_no_violation_where_every_text_is_hostile_or_far_too_long(reader: Callable[..., Reader], hostile: str) -> None:
    for path in ("/search?q=title+alliance", "/article/2020-07-hostile?q=title"):
        someone = reader(hostile)
        someone.open(path)
        assert not violations_in_every_look(someone)


def test_axe_itself_finds_what_is_wrong(reader: Callable[..., Reader]) -> None:
    page = reader().page
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><a href=/><img src='data:,'></a></main>")
    assert {violation.split(":")[0] for violation in violations(page)} == {"image-alt", "link-name"}
