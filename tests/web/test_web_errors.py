"""When something is wrong: plain words and the search box for readers, the mending command for the operator."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import PAGES, build_pages, client_of, soup_of, words_of, write_pages

from indexer import Config

URLS = ("/", "/search?q=alliance", "/article/2020-07-trauma-and-trust")


def assert_says(client: FlaskClient, status: int, *texts: str) -> None:
    for url in URLS:
        response = client.get(url)
        text = words_of(soup_of(response))
        assert response.status_code == status
        assert all(expected in text for expected in texts), text
        assert "Traceback" not in text and 'File "' not in text
        assert soup_of(response).select_one("form[role=search] #q")


def live_folder(config: Config) -> Path:
    (folder,) = (config.index / "generations").iterdir()
    return folder


@pytest.fixture
def broken(own_config: Config, tmp_path: Path) -> Config:
    """Settings of an index that a test damages."""
    build_pages(own_config, write_pages(tmp_path / "saved", PAGES))
    return own_config


def test_an_unknown_address_is_not_found_and_has_the_box(get: Callable[..., BeautifulSoup]) -> None:
    page = get("/nowhere?q=alliance", 404)
    assert words_of(page.h1) == "There is no such page"
    assert page.select_one("#q")["value"] == "alliance"


def test_a_method_that_is_not_allowed_gives_a_page_and_names_those_that_are(client: FlaskClient) -> None:
    response = client.post("/search")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert words_of(soup_of(response).h1) == "This request cannot be answered"


def test_without_an_index_every_page_names_the_command_that_makes_one(own_config: Config) -> None:
    command = f"pprsearch build --index {own_config.index}"
    assert_says(client_of(own_config), 503, "The search is not available right now", command)


def test_an_index_of_another_version_is_refused_with_the_command(broken: Config) -> None:
    manifest = live_folder(broken) / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8")) | {"schema": "another"}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert_says(client_of(broken), 503, f"pprsearch build --index {broken.index}")


def test_a_damaged_index_is_refused_with_the_command(broken: Config) -> None:
    (live_folder(broken) / "articles.jsonl").write_text("", encoding="utf-8")
    assert_says(client_of(broken), 503, "articles.jsonl", f"pprsearch build --index {broken.index}")


def test_a_faulty_ranking_table_is_named(broken: Config) -> None:
    (broken.corpus / "ranking.toml").write_text("[default]\nk1 = 99\n", encoding="utf-8")
    assert_says(client_of(broken), 503, "ranking.toml")


def test_the_address_of_a_missing_page_is_answered_without_an_index_too(own_config: Config) -> None:
    assert client_of(own_config).get("/nowhere").status_code == 404


def test_the_search_works_as_soon_as_the_index_is_there(own_config: Config, tmp_path: Path) -> None:
    client = client_of(own_config)
    assert client.get("/search").status_code == 503
    build_pages(own_config, write_pages(tmp_path / "saved", PAGES))
    assert client.get("/search").status_code == 200


def test_an_error_nobody_expected_is_told_in_plain_words_and_logged(
    broken: Config, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(broken)
    assert client.get("/").status_code == 200
    records = live_folder(broken) / "articles.jsonl"  # overwritten while it is in use: nothing expects that
    records.write_bytes(b"\xff" * records.stat().st_size)
    with caplog.at_level(logging.ERROR):
        response = client.get("/search?q=burnout+%3Cb%3E")
    page = soup_of(response)
    assert response.status_code == 500
    assert words_of(page.h1) == "Something went wrong on our side"
    assert page.select_one("#q")["value"] == "burnout <b>"
    for word in ("Traceback", "Error", "codec", str(records), "utf-8'"):
        assert word not in page.get_text()
    assert "UnicodeDecodeError" in caplog.text or "JSONDecodeError" in caplog.text or "ValueError" in caplog.text
