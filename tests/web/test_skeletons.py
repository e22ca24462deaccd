"""Markup with holes: what is rendered once and filled often is what rendering each time would give."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from flask import Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import escape

from webui.skeletons import HOLES, Filled, Skeleton, Skeletons, escaped
from webui.views.site import Site

MACROS = """
{% macro row(href, label, number) %}<a href="{{ href }}" title="100%">{{ label }} <b>{{ number }}</b></a>{% endmacro %}
{% macro twice(a, b) %}{{ b }}{{ a }}{{ b }}{% endmacro %}"""
PAGE = """{% macro link(item) %}<a href="{{ item.href }}"{% if item.current %} class="on"{% endif %}>…</a>{% endmacro %}
<title>100% {{ page.title }}{% if newest %}, {{ newest }}{% endif %} %s</title>
{% if page.link %}{{ link(page.link) }}{% endif %}{% for item in page.links %}{{ link(item) }}{% endfor %}
{{ page.body }}{% for text in page.notes %}<p>{{ text }}</p>{% endfor %}
{{ page.title }}"""
ENVIRONMENT = Environment(
    autoescape=True, undefined=StrictUndefined, loader=DictLoader({"rows.html": MACROS, "page.html": PAGE})
)
ROW = ENVIRONMENT.get_template("rows.html").module.row  # type: ignore[attr-defined]
hostile = st.text(alphabet="ab%&<>'\"é{}\n\x00", max_size=12)


class Item(NamedTuple):
    href: str
    current: bool = False


class Page(NamedTuple):
    title: str
    link: Item | None
    links: tuple[Item, ...]
    body: Filled
    notes: tuple[str, ...]


items = st.builds(Item, hostile, st.booleans())
pages = st.builds(
    Page,
    hostile,
    st.none() | items,
    st.lists(items, max_size=3).map(tuple),
    hostile.map(str.encode).map(Filled),
    st.lists(hostile, max_size=3).map(tuple),
)
SHARED = Skeletons(ENVIRONMENT, "rows.html")


@given(hostile, hostile, hostile)
def test_a_filled_skeleton_is_what_the_macro_gives(href: str, label: str, number: str) -> None:
    skeleton = Skeleton(SHARED.markup("row", HOLES[0], label, HOLES[1]))
    assert skeleton.fill(escaped(href), escaped(number)).decode() == str(ROW(href, label, number))


def test_holes_stand_in_any_order_and_as_often_as_the_template_wants() -> None:
    assert Skeleton(SHARED.markup("twice", HOLES[0], HOLES[1])).fill(b"ab", b"cd") == b"cdabcd"
    skeleton = Skeleton(SHARED.markup("row", "x", HOLES[3], "1"))
    assert skeleton.fill(b"a", b"b", b"c", b"long").decode() == str(ROW("x", "long", "1"))
    assert Skeleton("100 %, no hole").fill() == b"100 %, no hole"


@pytest.mark.parametrize("markup", [f"{HOLES[0]}{HOLES[1]}", f"{HOLES[1]}{HOLES[0]}", HOLES[1]])
def test_a_missing_value_is_an_error_and_never_an_empty_place(markup: str) -> None:
    with pytest.raises(IndexError):
        Skeleton(markup).fill(b"a")


def test_the_texts_around_holes_are_given_only_where_the_holes_stand_in_order() -> None:
    assert Skeleton(f"a{HOLES[0]}b{HOLES[1]}").around(2) == (b"a", b"b", b"")
    for places in ((1, 0), (0,), (1,), (0, 0), (0, 1, 1), (0, 1, 2)):
        markup = "".join(HOLES[place] for place in places)
        with pytest.raises(ValueError, match="in order"):
            Skeleton(markup).around(2)


def test_what_is_made_for_a_key_is_made_once() -> None:
    def make(skeletons: Skeletons, *key: str) -> Skeleton:
        return Skeleton(skeletons.markup("row", HOLES[0], *key))

    skeletons = Skeletons(ENVIRONMENT, "rows.html")
    assert skeletons.get(make, "a", "1") is skeletons.get(make, "a", "1")
    assert skeletons.get(make, "a", "1") is not skeletons.get(make, "b", "1")


@given(pages, hostile)
def test_a_filled_page_is_what_the_template_renders(page: Page, newest: str) -> None:
    rendered = ENVIRONMENT.get_template("page.html").render(page=page, newest=newest)
    assert SHARED.page("page.html", page=page, newest=newest).decode() == rendered


def test_a_page_is_rendered_once_for_all_texts_and_anew_for_what_a_template_may_ask_about() -> None:
    made: list[str] = []

    class Counting(Environment):
        def get_template(self, name: Any, *args: Any, **kwargs: Any) -> Any:
            made.append(str(name))
            return super().get_template(name, *args, **kwargs)

    skeletons = Skeletons(Counting(autoescape=True, loader=ENVIRONMENT.loader), "rows.html")
    page = Page("a", None, (Item("x"),), Filled(b"<b>"), ())
    same = Page("b", None, (Item("y"),), Filled(b"<i>"), ())
    for shown in (page, same, page):
        skeletons.page("page.html", page=shown, newest="")
    assert len(made) == 1
    for shown in (page._replace(title=""), page._replace(links=(Item("x", True),)), page._replace(notes=("n",))):
        skeletons.page("page.html", page=shown, newest="")
    assert len(made) == 4


def test_a_page_of_what_cannot_be_compared_is_an_error() -> None:
    page = Page("a", None, (), Filled(), ["a list"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unhashable"):
        SHARED.page("page.html", page=page, newest="")


@pytest.mark.parametrize(
    "address",
    [
        "/search",
        "/search?page=2",
        "/search?q=alliance+therapy",
        "/search?q=alliance+therapy&topic=alliance&topic=attachment&type=survey&from=2018&match=all&sort=title",
        "/search?from=2020&to=2020",
        "/search?q=threapy+of+the+alliance&year=now",
        "/search?q=xyzzy+%22%3E%3Cx-evil+evil%3E&topic=%27%3E%3Cx-evil%3E",
        "/search?q=100%25s+%25d+%7B%7B7%2A7%7D%7D+therapy+hole0n0e",
    ],
)
def test_the_results_page_is_what_its_template_renders(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    rendered: list[str] = []
    fill = Site.fill

    def fill_and_render(site: Site, template: str, page: tuple[object, ...]) -> Response:
        newest = site.live().newest_name
        rendered.append(site.app.jinja_env.get_template(template).render(page=page, newest=newest))
        return fill(site, template, page)

    monkeypatch.setattr(Site, "fill", fill_and_render)
    assert [client.get(address).get_data(as_text=True) for _ in range(2)] == rendered


@given(hostile)
def test_texts_are_escaped_as_the_templates_do_it(text: str) -> None:
    assert escaped(text).decode() == str(escape(text))
