"""What a browser has already is not made again; what is sent is small; what may change is asked for again."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_compress.compat import compression
from hand_made_pages import PAGES, build_pages, client_of, soup_of, write_pages
from werkzeug.test import TestResponse

from indexer import Config
from webui import create_app
from webui.caching import TAG, program_digest
from webui.live import LiveIndex
from webui.views.site import Site

ROOT = Path(__file__).parents[2]
SEARCH = "/search?q=alliance"
ARTICLE = "/article/2020-07-trauma-and-trust"
UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": compression.zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


def tag_of(client: FlaskClient, url: str = SEARCH) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.headers["ETag"]


def asked_again(client: FlaskClient, tag: str, url: str = SEARCH) -> TestResponse:
    return client.get(url, headers={"If-None-Match": tag})


# --- tags ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/", SEARCH, "/search", ARTICLE, f"{ARTICLE}?q=trust"])
def test_a_page_asked_for_again_with_its_tag_is_not_sent_again(client: FlaskClient, url: str) -> None:
    tag = tag_of(client, url)
    response = asked_again(client, tag, url)
    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["ETag"] == tag == tag_of(client, url)
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert "Content-Security-Policy" in response.headers


def test_an_unchanged_page_is_answered_without_searching(built_config: Config) -> None:
    index = LiveIndex(built_config)
    client = create_app(built_config, index).test_client()
    tag = tag_of(client)
    index.current().searcher.close()  # from here on nothing can be searched
    assert client.get(SEARCH).status_code == 500
    assert asked_again(client, tag).status_code == 304


@pytest.mark.parametrize("form", ['W/"other", {}', '{}, W/"other"'])
def test_a_tag_is_found_among_others(client: FlaskClient, form: str) -> None:
    assert asked_again(client, form.format(tag_of(client))).status_code == 304


def test_a_tag_that_a_proxy_made_strong_is_the_same_tag(client: FlaskClient) -> None:
    assert asked_again(client, tag_of(client).removeprefix("W/")).status_code == 304


@pytest.mark.parametrize("tag", ['""', '"x"', "*", "W/", '"', ""])
def test_another_tag_gets_the_page(client: FlaskClient, tag: str) -> None:
    assert asked_again(client, tag).status_code == 200


def test_each_address_has_its_own_tag(client: FlaskClient) -> None:
    urls = ["/", "/search", SEARCH, "/search?page=2", f"{SEARCH}&sort=newest", "/search?q=Alliance", ARTICLE]
    tags = {tag_of(client, url) for url in urls}
    assert len(tags) == len(urls)
    assert asked_again(client, tag_of(client, "/search")).status_code == 200


def test_head_says_what_get_says_without_the_page(client: FlaskClient) -> None:
    got, asked = client.get(SEARCH), client.head(SEARCH)
    assert asked.status_code == 200 and asked.data == b"" and got.data
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length", "Vary"):
        assert asked.headers[name] == got.headers[name]
    assert client.head(SEARCH, headers={"If-None-Match": got.headers["ETag"]}).status_code == 304


def test_a_new_generation_makes_every_page_new(own_config: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    build_pages(own_config, write_pages(saved, {"May 2022": PAGES["May 2022"]}))
    client = client_of(own_config)
    tag = tag_of(client)
    assert asked_again(client, tag).status_code == 304
    build_pages(own_config, write_pages(saved, PAGES))
    response = asked_again(client, tag)
    assert response.status_code == 200
    assert response.headers["ETag"] != tag
    assert asked_again(client, response.headers["ETag"]).status_code == 304


def test_a_request_sees_one_generation_even_while_another_is_switched_in(own_config: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    build_pages(own_config, write_pages(saved, {"May 2022": PAGES["May 2022"]}))
    site = Site(Flask("one_request"), LiveIndex(own_config), ROOT / "webui" / "static")
    with site.app.test_request_context("/search"):
        first = site.live()
        build_pages(own_config, write_pages(saved, PAGES))
        assert site.live() is first
        site.json({})
        tag = request.environ[TAG]
    with site.app.test_request_context("/search"):
        assert site.live().n_digests == 14
        site.json({})
        assert request.environ[TAG] != tag


@pytest.mark.parametrize(
    ("table", "pattern", "instead"),
    [
        ("ranking.toml", r"(?m)^(k1 .*value = )[0-9.]+", r"\g<1>3.21"),
        ("synonyms.toml", r"weight = [0-9.]+", "weight = 0.07"),
    ],
)
def test_another_table_of_ranking_or_synonyms_makes_every_page_new(
    own_config: Config, tmp_path: Path, table: str, pattern: str, instead: str
) -> None:
    build_pages(own_config, write_pages(tmp_path / "saved", PAGES))
    shipped = (ROOT / "corpus" / table).read_text(encoding="utf-8")
    own = own_config.corpus / table
    own.write_text(shipped, encoding="utf-8")
    tag = tag_of(client_of(own_config))
    assert tag_of(client_of(own_config)) == tag
    changed, n_changes = re.subn(pattern, instead, shipped, count=1)
    assert n_changes == 1
    own.write_text(changed, encoding="utf-8")
    assert tag_of(client_of(own_config)) != tag


@pytest.mark.parametrize("name", ["templates/base.html", "static/app.js", "pages/search.py"])
def test_another_program_makes_every_page_new(tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(ROOT / "webui", tmp_path / "webui", ignore=shutil.ignore_patterns("__pycache__"))
    before = program_digest([copy])
    assert program_digest([copy]) == before
    with (copy / name).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert program_digest([copy]) != before


def test_what_is_no_page_may_not_be_kept(client: FlaskClient, own_config: Config) -> None:
    missing = client_of(own_config)  # no index there
    answers = [client.get(url) for url in ("/nowhere", "/article/nowhere", f"{SEARCH}&page=99", "/static/nowhere.css")]
    answers += [client.post("/search"), missing.get("/"), missing.get(SEARCH)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 405, 503, 503]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_pages_of_the_lab_may_not_be_kept(built_config: Config) -> None:
    client = create_app(built_config, lab=True).test_client()
    for url in ("/lab?q=alliance", "/lab/analyse?text=alliance"):
        response = client.get(url)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_a_request_with_a_tag_while_there_is_no_index_gets_the_message(own_config: Config) -> None:
    assert asked_again(client_of(own_config), '"x"').status_code == 503


# --- compression -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", UNPACKERS)
def test_a_page_is_compressed_as_the_browser_likes_it(client: FlaskClient, encoding: str) -> None:
    plain = client.get(SEARCH)
    packed = client.get(SEARCH, headers={"Accept-Encoding": encoding})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    assert UNPACKERS[encoding](packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]


def test_what_browsers_send_gets_a_page_and_its_304(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    response = client.get(SEARCH, headers=headers)
    assert response.headers["Content-Encoding"] == "zstd"
    again = client.get(SEARCH, headers={**headers, "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert "Content-Encoding" not in again.headers


def test_a_refused_encoding_is_not_used(client: FlaskClient) -> None:
    for url in (SEARCH, style_address(client)):
        assert "Content-Encoding" not in client.get(url, headers={"Accept-Encoding": "gzip;q=0, identity"}).headers


# --- static files ----------------------------------------------------------------------------------------------------


def style_address(client: FlaskClient) -> str:
    return str(soup_of(client.get("/")).select_one("link[rel=stylesheet]")["href"])


def test_static_files_are_kept_for_a_year_under_their_versioned_address(client: FlaskClient) -> None:
    page = soup_of(client.get("/"))
    addresses = [tag.get("href") or tag["src"] for tag in page.select("link[rel=stylesheet], link[rel=icon], script")]
    types = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        types[address.split("?")[0]] = response.mimetype
    assert types == {
        "/static/style.css": "text/css",
        "/static/icon.svg": "image/svg+xml",
        "/static/app.js": "text/javascript",
    }


@pytest.mark.parametrize("url", ["/static/style.css", "/static/style.css?v=0123456789"])
def test_static_files_without_their_version_are_asked_for_again(client: FlaskClient, url: str) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"
    assert client.get(url, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_static_files_are_compressed(client: FlaskClient) -> None:
    plain = client.get(style_address(client))
    packed = client.get(style_address(client), headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (ROOT / "webui/static/style.css").read_bytes()
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2fetc%2fpasswd", "sub/style.css", "style.css/", ""])
def test_nothing_but_the_static_files_is_served_beside_them(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404
