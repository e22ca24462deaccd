"""What every answer forbids, where links may lead, and what the templates and the script may not hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hand_made_pages import PAGES, build_pages, client_of, soup_of, write_pages
from harmless import assert_harmless

from indexer import Config
from webui import create_app
from webui.pages.parts import safe_url

WEBUI = Path(__file__).parents[2] / "webui"
ADDRESSES = (
    "/",
    "/search?q=alliance",
    "/search?page=99",
    "/article/2020-07-trauma-and-trust",
    "/nowhere",
    "/suggest?q=all",
    "/status",
    "/healthz",
    "/robots.txt",
    "/static/style.css",
    "/static/app.js",
    "/static/icon.svg",
    "/lab?q=alliance",
)


@pytest.fixture(scope="module")
def whole_client(built_config: Config) -> FlaskClient:
    """A client of all there is, the lab included."""
    return create_app(built_config, lab=True).test_client()


@pytest.mark.parametrize("url", ADDRESSES)
def test_every_answer_forbids_foreign_code_framing_guessing_and_referrers(whole_client: FlaskClient, url: str) -> None:
    for headers in (whole_client.get(url).headers, whole_client.head(url).headers, whole_client.post(url).headers):
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_an_answer_without_index_and_one_without_body_have_the_same_headers(
    client: FlaskClient, own_config: Config
) -> None:
    page = client.get("/")
    unchanged = client.get("/", headers={"If-None-Match": page.headers["ETag"]})
    broken = client_of(own_config).get("/")
    assert (unchanged.status_code, broken.status_code) == (304, 503)
    for response in (unchanged, broken):
        assert response.headers["Content-Security-Policy"] == page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_no_answer_sets_a_cookie_and_none_depends_on_one(whole_client: FlaskClient, url: str) -> None:
    plain = whole_client.get(url)
    assert "Set-Cookie" not in plain.headers
    whole_client.set_cookie("session", "x")
    again = whole_client.get(url)
    assert "Set-Cookie" not in again.headers
    assert again.status_code == plain.status_code
    assert "cookie" not in plain.headers.get("Vary", "").lower()


def test_the_server_does_not_claim_to_stand_behind_tls(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/", base_url="https://localhost/").headers


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


def test_a_page_saved_with_an_address_of_a_script_gives_no_link(own_config: Config, tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "saved", {"May 2020": PAGES["May 2022"]})
    page = folder / "0.html"
    page.write_text("<!-- saved from url=(0019)javascript:alert(1) -->\n" + page.read_text(encoding="utf-8"))
    build_pages(own_config, folder)
    client = client_of(own_config)
    article = client.get(soup_of(client.get("/search")).select_one(".card a")["href"])
    assert article.status_code == 200
    assert_harmless(article.get_data(as_text=True))


def test_templates_switch_escaping_off_nowhere_and_hold_no_inline_code() -> None:
    templates = {path.name: path.read_text(encoding="utf-8") for path in sorted((WEBUI / "templates").glob("*"))}
    assert templates and all(name.endswith(".html") for name in templates)  # Flask escapes in .html files
    for name, text in templates.items():
        for word in ("|safe", "| safe", "autoescape", "<style", "style=", "Markup", "javascript:"):
            assert word not in text, (name, word)
        assert not re.search(r"\son[a-z]+=", text), name
        assert text.count("<script") == (name == "base.html")
    assert '<script type="module" src="{{ at.script }}"></script>' in templates["base.html"]


def test_the_script_puts_data_on_the_page_as_text_only() -> None:
    script = (WEBUI / "static" / "app.js").read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "http:",
        "https:",
    ):
        assert word not in script
    assert "textContent" in script
