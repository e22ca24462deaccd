"""An index full of texts that want to be markup: every page and every answer for machines shows them as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import FILLER, build_pages, client_of, config_in, soup_of, words_of, write_pages
from harmless import ATTACKS, assert_harmless, assert_leads_nowhere_else
from hostile_record import hostile_record

from indexer import Config, build_from_records

ROOT = Path(__file__).parents[2]
MOST_OF_A_KIND = 18  # pages of one kind that are looked at: every digest, and some of the thousand searches
KINDS = ("/", "/search", "/filters", "/why", "/article", "/topic", "/topics", "/archive", "/year", "/month", "/about")
SITEMAP_TAGS = {
    f"{{http://www.sitemaps.org/schemas/sitemap/0.9}}{name}" for name in ("urlset", "url", "loc", "lastmod")
}


def record_of(number: int, attack: str) -> dict[str, object]:
    month = f"2020-{number % 12 + 1:02d}"
    return hostile_record(f"{month}-{number}-{''.join(attack.split())}", month, attack)


def hostile_table(attack: str) -> str:
    """Return the shipped table of topics with a hostile label for every topic and type."""
    shipped = (ROOT / "corpus" / "topics.toml").read_text(encoding="utf-8")
    numbers = iter(range(1000))
    return re.sub(r'(?m)^label = "(.*)"', lambda found: f"label = {json.dumps(f'{next(numbers)} {attack}')}", shipped)


def visit_everything(client: FlaskClient) -> dict[str, int]:
    """Follow every link from the start page and prove each page harmless; return how many there were of each kind."""
    waiting = ["/", "/filters", *(f"/search?{urlencode({'q': f'alliance summary {attack}'})}" for attack in ATTACKS)]
    seen = set(waiting)
    visited: dict[str, int] = {}
    while waiting:
        url = waiting.pop(0)
        kind = f"/{url.split('?')[0].split('/')[1]}"
        if kind == "/static" or visited.get(kind, 0) >= MOST_OF_A_KIND:
            continue
        visited[kind] = visited.get(kind, 0) + 1
        response = client.get(url, follow_redirects=True)
        if "%2F%2F" not in url:  # two slashes become one on the way, so such a value has no page of its own
            assert response.status_code == 200, url
        if response.mimetype == "application/json":  # with `nosniff`, so no browser takes it for a page
            continue
        html = response.get_data(as_text=True)
        assert_harmless(html)
        for link in BeautifulSoup(html, "lxml").find_all("a", href=True):
            parts = urlsplit(link["href"])
            address = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if parts.path and not parts.netloc and address not in seen:
                seen.add(address)
                waiting.append(address)
    return visited


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of an application over one hostile record for each attack."""
    config = config_in(tmp_path_factory.mktemp("hostile"))
    path = config.index.parent / "records.jsonl"
    records = [record_of(number, attack) for number, attack in enumerate(ATTACKS)]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    build_from_records(config, path, lambda problem: None)
    return client_of(config)


def test_no_text_of_a_record_becomes_markup_on_any_page(client: FlaskClient) -> None:
    visited = visit_everything(client)
    assert set(KINDS) <= set(visited)
    assert visited["/article"] >= len(ATTACKS)


def test_no_text_of_a_saved_page_and_no_label_of_a_topic_becomes_markup(own_config: Config, tmp_path: Path) -> None:
    (own_config.corpus / "topics.toml").write_text(hostile_table(ATTACKS[1]), encoding="utf-8")
    # a title in one line, as a saved page has it: what it cannot hold is not lost on the way
    digests = [(f"Study {attack}", "", f"{attack} {FILLER}", f"Do {attack}") for attack in ATTACKS]
    build_pages(own_config, write_pages(tmp_path / "saved", {"May 2020": digests}))
    client = client_of(own_config)
    assert ATTACKS[1] in words_of(soup_of(client.get("/topics")).main)
    assert set(KINDS) <= set(visit_everything(client))


@pytest.mark.parametrize("attack", [ATTACKS[0], ATTACKS[6], ATTACKS[15]])
def test_what_a_record_says_is_shown_to_the_letter(client_over: Callable[..., FlaskClient], attack: str) -> None:
    client = client_over([record_of(0, attack)])
    page = soup_of(client.get(soup_of(client.get("/search")).select_one(".card a")["href"]))
    assert words_of(page.h1) == f"Title {attack}"
    assert words_of(page.title) == f"Title {attack} · PPRNet Search"


def test_answers_for_machines_are_what_they_say_they_are(client: FlaskClient) -> None:
    for words in ("title", "evil", "x-evil", *ATTACKS):
        response = client.get(f"/suggest?{urlencode({'q': words})}")
        assert response.mimetype == "application/json"
        for item in json.loads(response.data)["items"]:
            assert_leads_nowhere_else(item["href"] or "/search")
    titles = [item["text"] for item in client.get("/suggest?q=title").get_json()["items"]]
    assert any(f"Title {attack.strip()}" in titles for attack in ATTACKS)  # raw: the script shows it as text
    status = client.get("/status.json")
    assert status.mimetype == "application/json" and json.loads(status.data)
    sitemap = client.get("/sitemap.xml")
    assert sitemap.mimetype == "application/xml"
    assert {element.tag for element in ElementTree.fromstring(sitemap.data).iter()} <= SITEMAP_TAGS
    assert client.get("/robots.txt").mimetype == "text/plain"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_word_of_an_address_becomes_markup(client: FlaskClient, attack: str) -> None:
    typed = urlencode({"": attack})[1:]
    everything = "&".join(f"{name}={typed}" for name in ("q", "topic", "type", "from", "to", "match", "sort", "page"))
    urls = [
        f"/search?q=alliance+{typed}&match=all&page=99",
        f"/article/{typed}?q={typed}",
        f"/topic/{typed}",
        f"/month/{typed}",
        f"/{typed}?q={typed}",
        f"/pprnet/blog?cat_1={typed}&cat_2={typed}&p={typed}",
        *(
            f"{path}?{everything}"
            for path in ("/", "/search", "/filters", "/why/none", "/topics", "/archive", "/about")
        ),
    ]
    for url in urls:
        response = client.get(url, follow_redirects=True)
        assert response.status_code in (200, 400, 404), url
        assert_harmless(response.get_data(as_text=True))
