"""The page is the same with the script and without it: an address shows one state, however a reader came to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from reader import Reader

Readers = Callable[..., Reader]
# What a page says and offers: its text, links, fields and states; not what the script adds or opens.
STATE = """() => {
  const words = text => text.replace(/\\s+/g, ' ').trim();
  document.querySelectorAll('noscript').forEach(element => element.remove());
  const added = '#suggestions, #help, #status, [data-list-filter], footer nav button, [data-marks]';
  return {
    title: document.title,
    language: document.documentElement.lang,
    links: [...document.querySelectorAll('main a, header a')].map(a => [words(a.textContent), a.getAttribute('href'),
      a.getAttribute('aria-current')]).filter(([text]) => !/^Match/.test(text)),
    headings: [...document.querySelectorAll('main h1, main h2, main h3')].map(h => [h.tagName, words(h.textContent)]),
    fields: [...document.querySelectorAll('header input, main input')].filter(e => !e.matches(added))
      .map(e => [e.name, e.value, e.checked]),
    texts: [...document.querySelectorAll('main p, main li, main summary')].filter(e => !e.matches(added + ' *'))
      .map(e => words(e.textContent)).filter(text => !/^Match/.test(text)),
  };
}"""


def state(someone: Reader) -> dict[str, Any]:
    return dict(someone.page.evaluate(STATE))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=the+video+therapy+alliance&topic=alliance&from=2018&sort=newest",
        "/search?q=alliance&topic=alliance&type=chapter",
        "/filters?q=alliance&topic=alliance",
        "/article/2021-07-psychotherapist-burnout-affects-patient-outcomes?q=therapist+burnout",
        "/topic/alliance",
        "/about",
    ],
)
def test_a_page_says_and_offers_the_same_with_and_without_the_script(reader: Readers, path: str) -> None:
    plain, scripted = reader(script=False), reader()
    plain.open(path)
    scripted.open(path)
    assert state(plain) == state(scripted)


def test_results_that_came_in_place_are_those_of_their_address(reader: Readers) -> None:
    walker, visitor = reader(), reader(script=False)
    page = walker.open("/search?q=therapy")
    for link in (
        "[data-facet=topic] a.row >> nth=0",
        "[data-facet=topic] a.row >> nth=2",
        "[data-facet=year] a >> nth=-1",
    ):
        walker.follow(page.locator(link))
        visitor.open(walker.path)
        assert state(walker) == state(visitor)
    walker.follow(page.locator("a.clear"))
    visitor.open(walker.path)
    assert state(walker) == state(visitor)


def test_without_the_script_nothing_is_offered_that_needs_it(reader: Readers) -> None:
    someone = reader(script=False)
    for path in ("/", "/search?q=alliance", "/filters?q=alliance"):
        page = someone.open(path)
        assert page.locator("main button:not([type=submit])").count() == 0
        assert page.locator("[role=button], [role=combobox], [aria-expanded], dialog, [onclick], [hidden]").count() == 0
        links = page.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        assert all(href and not href.startswith(("javascript:",)) and href != "#" for href in links)


def test_old_browsers_get_the_plain_page_when_the_script_does_not_arrive(reader: Readers) -> None:
    someone = reader()
    someone.page.route("**/app.js*", lambda route: route.abort())
    someone.page.goto(f"{someone.site}/search?q=alliance")
    with someone.page.expect_navigation():
        someone.page.locator("[data-facet=topic] a.row").first.click()
    assert someone.path == "/search?q=alliance&topic=alliance"
    someone.complaints = [said for said in someone.complaints if "ERR_FAILED" not in said]
