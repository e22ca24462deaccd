"""What every page must have so that it can be used by ear, by keyboard and at any width."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hand_made_pages import words_of
from listings import LISTS

Get = Callable[..., BeautifulSoup]
STYLE = (Path(__file__).parents[2] / "webui" / "static" / "style.css").read_text(encoding="utf-8")
PAGES_OF_EACH_KIND = [
    ("/", 200),
    ("/search", 200),
    ("/search?q=video+therapy+alliance&topic=alliance&from=2018&to=2020", 200),
    ("/search?q=how+aliance&topic=none", 200),
    ("/search?q=zzz", 200),
    ("/filters?q=video+alliance&topic=alliance", 200),
    ("/why/2018-03-working-alliance-in-video-therapy?q=video+zzz", 200),
    ("/why/none?q=video", 404),
    ("/search?page=99", 404),
    ("/article/2018-03-working-alliance-in-video-therapy?q=video", 200),
    *LISTS,
    ("/nowhere", 404),
]


@pytest.mark.parametrize(("url", "status"), PAGES_OF_EACH_KIND)
def test_a_page_has_language_title_one_h1_landmarks_and_unique_ids(get: Get, url: str, status: int) -> None:
    page = get(url, status)
    assert page.html["lang"] == "en"
    assert words_of(page.title).endswith("PPRNet Search")
    assert len(page.select("h1")) == len(page.select("main")) == len(page.select("form[role=search]")) == 1
    assert len(page.select("body > header")) == len(page.select("body > footer")) == 1
    ids = Counter(tag["id"] for tag in page.select("[id]"))
    assert not [name for name, n in ids.items() if n > 1]


@pytest.mark.parametrize(("url", "status"), PAGES_OF_EACH_KIND)
def test_every_field_has_a_label_and_every_reference_a_target(get: Get, url: str, status: int) -> None:
    page = get(url, status)
    ids = {tag["id"] for tag in page.select("[id]")}
    labelled = {label["for"] for label in page.select("label[for]")}
    for field in page.select("input:not([type=hidden])"):
        assert field.get("id") in labelled or words_of(field.find_parent("label"))
    assert labelled <= ids
    assert {tag["aria-labelledby"] for tag in page.select("[aria-labelledby]")} <= ids
    assert {tag["href"][1:] for tag in page.select("a[href^='#']")} <= ids


@pytest.mark.parametrize(("url", "status"), PAGES_OF_EACH_KIND)
def test_every_link_has_words_and_headings_leave_out_no_level(get: Get, url: str, status: int) -> None:
    page = get(url, status)
    assert all(words_of(link) for link in page.select("a"))
    levels = [int(tag.name[1]) for tag in page.select("h1, h2, h3")]
    steps = zip([0, *levels], levels, strict=False)
    assert all(level <= before + 1 for before, level in steps), levels


def test_the_first_links_skip_to_the_content_and_the_filters(get: Get) -> None:
    links = get("/search").select("a")[:2]
    assert [(words_of(link), link["href"]) for link in links] == [
        ("Skip to the content", "#main"),
        ("Skip to the filters", "#refine"),
    ]


def test_the_results_come_before_the_filters_in_reading_order(get: Get) -> None:
    text = str(get("/search"))
    assert text.index('class="hits"') < text.index('id="refine"')


def test_the_count_of_a_facet_value_belongs_to_the_name_of_its_link(get: Get) -> None:
    row = next(row for row in get("/search?q=alliance").select(".facet a.row") if "Alliance" in words_of(row))
    assert re.fullmatch(r"Alliance and Therapeutic Relationship \d+ digests?", words_of(row))


def test_the_style_names_colours_only_as_tokens_and_gives_each_in_both_themes() -> None:
    light, dark = (
        re.findall(r"(--[\w-]+): #", block) for block in re.findall(r":root \{(.*?)\n *\}", STYLE, re.DOTALL)
    )
    assert len(light) > 15 and light == dark
    rules = re.sub(r":root \{.*?\n *\}", "", STYLE, flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", rules)


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize(
    ("front", "back", "ratio"),
    [
        ("ink", "page", 7),
        ("ink", "side", 7),
        ("ink", "mark", 4.5),
        ("muted", "page", 4.5),
        ("muted", "side", 4.5),
        ("link", "page", 4.5),
        ("link", "side", 4.5),
        ("link", "chip", 4.5),
        ("link", "mark", 4.5),
        ("visited", "page", 4.5),
        ("on-chip", "chip", 4.5),
        ("on-notice", "notice", 4.5),
        ("on-button", "link", 4.5),
        ("border", "page", 3),
        ("border", "side", 3),
        ("focus", "page", 3),
        ("focus", "side", 3),
        ("bar", "side", 3),
    ],
)
def test_colours_contrast_as_wcag_asks(theme: int, front: str, back: str, ratio: float) -> None:
    block = re.findall(r":root \{(.*?)\n *\}", STYLE, re.DOTALL)[theme]
    tokens = {name: value * 2 if len(value) == 3 else value for name, value in re.findall(r"--([\w-]+): #(\w+)", block)}
    lighter, darker = sorted((luminance(f"#{tokens[name]}") for name in (front, back)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= ratio
