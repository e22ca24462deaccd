"""Text from pages and addresses is data: shown as it is, never run, and no link leads where a script could wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import FILLER, PAGES, build_pages, client_of, soup_of, words_of, write_pages

from indexer import Config
from webui.pages.parts import safe_url

ATTACKS = [
    "<script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "</title></textarea></style><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "javascript://blog.example/%0aalert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- --!><b>",
    "<mark>x</mark>",
    "]]><![CDATA[",
    "\u202eevil\u202c",
]
OUR_LINKS = ("/search", "/article/", "/static/", "#")


def assert_harmless(page: BeautifulSoup) -> None:
    """Nothing on the page runs, loads from elsewhere, or leads to anything but our pages, a DOI, or http(s)."""
    assert {tag.name for tag in page.find_all(True)} <= set(
        "html head meta title link body ul ol li a header span form label input button main div section aside article "
        "p h1 h2 h3 mark strong cite code nav details summary footer".split()
    )
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            assert not name.startswith("on") and name not in ("style", "srcset", "autofocus"), tag
            if name in ("href", "action", "src"):
                assert value == "/" or value.startswith((*OUR_LINKS, "https://", "http://")), tag


def nasty_record(number: int, attack: str) -> dict[str, object]:
    return {
        "id": f"{number}-{''.join(attack.split()) if attack.isprintable() else 'plain'}",
        "title": f"Title {attack}",
        "month": "2020-01",
        "summary": [f"Summary {attack}. Word {attack} word."],
        "implications": [attack],
        "email": f"Author email: {attack}",
        "citation": {
            "printed": f"Printed {attack}",
            "authors": [attack],
            "study_year": 2020,
            "journal": attack,
            "doi": f"10.1/{attack}",
        },
        "topics": [{"value": attack, "source": "page", "evidence": [attack]}],
        "research_type": {"value": attack, "source": "rules", "evidence": [attack]},
        "captures": [{"path": attack, "sha256": attack, "url": attack, "fetched_at": attack}],
    }


def test_nothing_in_a_record_becomes_markup_or_a_foreign_link(client_over: Callable[..., FlaskClient]) -> None:
    client = client_over([nasty_record(number, attack) for number, attack in enumerate(ATTACKS)])
    results = [soup_of(client.get(url)) for url in ("/", "/search", "/search?page=2", "/search?q=title+word+alert")]
    for page in results:
        assert_harmless(page)
    links = {link["href"] for page in results[1:3] for link in page.select(".card a")}
    assert len(links) == len(ATTACKS)
    for link in links:
        response = client.get(f"{link}&q=alert+summary" if "?" in link else f"{link}?q=alert+summary")
        assert response.status_code == 200, link
        assert_harmless(soup_of(response))
    for row in results[1].select(".facet a.row"):
        response = client.get(row["href"])
        assert response.status_code == 200
        assert_harmless(soup_of(response))


def test_what_a_record_says_is_shown_to_the_letter(client_over: Callable[..., FlaskClient]) -> None:
    client = client_over([nasty_record(0, ATTACKS[3])])
    page = soup_of(client.get(soup_of(client.get("/search")).select_one(".card a")["href"]))
    assert words_of(page.h1) == f"Title {ATTACKS[3]}"
    assert words_of(page.title) == f"Title {ATTACKS[3]} · PPRNet Search"


def test_nothing_in_a_saved_page_becomes_markup(own_config: Config, tmp_path: Path) -> None:
    digests = [(f"Study {attack}", "", f"{attack} {FILLER}", f"Do {attack}") for attack in ATTACKS]
    build_pages(own_config, write_pages(tmp_path / "saved", {"May 2020": digests}))
    client = client_of(own_config)
    for url in ("/", "/search?q=study+alert", "/search?page=2"):
        page = soup_of(client.get(url))
        assert_harmless(page)
        for link in page.select(".card a"):
            assert_harmless(soup_of(client.get(link["href"])))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_in_an_address_becomes_markup(client: FlaskClient, attack: str) -> None:
    typed = quote(attack)
    urls = [
        f"/search?q={typed}",
        f"/search?q=alliance+{typed}&match=all&page=99",
        f"/search?topic={typed}&type={typed}&from={typed}&to={typed}&match={typed}&sort={typed}&page={typed}",
        f"/article/{typed}?q={typed}",
        f"/article/2020-07-trauma-and-trust?q={typed}&topic={typed}",
        f"/{typed}?q={typed}",
    ]
    for url in urls:
        assert_harmless(soup_of(client.get(url)))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://blog.example/a?b=c#d", True),
        ("http://blog.example", True),
        ("HTTPS://blog.example", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("javascript://blog.example/%0aalert(1)", False),
        ("ftp://blog.example/", False),
        ("java\nscript:alert(1)", False),
        ("\x01javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//blog.example", False),
        ("/relative", False),
        ("https:", False),
        ("http://[broken", False),
        ("", False),
        (None, False),
    ],
)
def test_only_http_addresses_with_a_host_become_links(url: str | None, safe: bool) -> None:
    assert safe_url(url) == (url if safe else "")


def test_every_answer_forbids_scripts_framing_guessing_and_referrers(client: FlaskClient) -> None:
    page = soup_of(client.get("/"))
    static = [tag["href"] for tag in page.select("link[rel=stylesheet], link[rel=icon]")]
    for url in ("/", "/search", "/article/2020-07-trauma-and-trust", "/nowhere", *static):
        with client.get(url) as response:
            headers = response.headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in headers


def test_the_same_page_saved_twice_with_an_address_of_a_script_gives_no_link(
    own_config: Config, tmp_path: Path
) -> None:
    folder = write_pages(tmp_path / "saved", {"May 2020": PAGES["May 2022"]})
    page = folder / "0.html"
    page.write_text("<!-- saved from url=(0019)javascript:alert(1) -->\n" + page.read_text(encoding="utf-8"))
    build_pages(own_config, folder)
    client = client_of(own_config)
    article = soup_of(client.get(soup_of(client.get("/search")).select_one(".card a")["href"]))
    assert article.select_one(".source") is None
    assert_harmless(article)


def test_templates_switch_escaping_off_nowhere_and_hold_no_script_or_style() -> None:
    templates = sorted((Path(__file__).parents[2] / "webui" / "templates").glob("*"))
    assert templates and all(path.suffix == ".html" for path in templates)  # Flask escapes in .html files
    for path in templates:
        text = path.read_text(encoding="utf-8")
        for word in ("|safe", "| safe", "autoescape", "<script", "<style", "style=", "Markup"):
            assert word not in text, (path, word)
