"""Markup with holes: what is rendered once and filled often is what rendering each time would give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from markupsafe import escape

from indexer import MarkedText
from webui.pages.parts import marked
from webui.skeletons import HOLES, Skeleton, Skeletons, escaped

TEMPLATE = """
{% macro row(href, label, number) %}<a href="{{ href }}" title="100%">{{ label }} <b>{{ number }}</b></a>{% endmacro %}
{% macro twice(a, b) %}{{ b }}{{ a }}{{ b }}{% endmacro %}"""
ENVIRONMENT = Environment(autoescape=True, loader=DictLoader({"rows.html": TEMPLATE}))
ROW = ENVIRONMENT.get_template("rows.html").module.row  # type: ignore[attr-defined]
hostile = st.text(alphabet="ab%&<>'\"é{}\n", max_size=12)


@given(hostile, hostile, hostile)
def test_a_filled_skeleton_is_what_the_macro_gives(href: str, label: str, number: str) -> None:
    skeleton = Skeletons(ENVIRONMENT, "rows.html").get("row", HOLES[0], label, HOLES[1])
    assert skeleton.fill(escaped(href), escaped(number)) == str(ROW(href, label, number))


def test_holes_stand_in_any_order_and_as_often_as_the_template_wants() -> None:
    skeletons = Skeletons(ENVIRONMENT, "rows.html")
    assert skeletons.get("twice", HOLES[0], HOLES[1]).fill("a", "b") == "bab"
    assert skeletons.get("row", "x", HOLES[3], "1").fill("a", "b", "c", "d") == str(ROW("x", "d", "1"))
    assert Skeleton("100 %, no hole").fill() == "100 %, no hole"


def test_a_missing_value_is_an_error_and_never_an_empty_place() -> None:
    with pytest.raises(TypeError):
        Skeleton(f"{HOLES[0]}{HOLES[1]}").fill("a")
    with pytest.raises(IndexError):
        Skeleton(f"{HOLES[1]}{HOLES[0]}").fill("a")


def test_a_skeleton_is_made_once_for_the_same_values_and_anew_for_others() -> None:
    skeletons = Skeletons(ENVIRONMENT, "rows.html")
    assert skeletons.get("row", HOLES[0], "a", "1") is skeletons.get("row", HOLES[0], "a", "1")
    assert skeletons.get("row", HOLES[0], "a", "1") is not skeletons.get("row", HOLES[0], "b", "1")


@given(hostile)
def test_texts_are_escaped_as_the_templates_do_it(text: str) -> None:
    assert escaped(text) == str(escape(text))


def test_marks_are_the_only_markup_of_a_marked_text() -> None:
    text = MarkedText("<b>grief</b> & loss", ((3, 8), (15, 19)))
    assert marked(text) == "&lt;b&gt;<mark>grief</mark>&lt;/b&gt; &amp; <mark>loss</mark>"
