"""The application over an index of the hand-made pages, built by the library as a librarian would."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hand_made_pages import PAGES, build_pages, client_of, config_in, soup_of, write_pages

from indexer import Config, build_from_records
from webui import create_app


@pytest.fixture(scope="session")
def built_config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """An index of PAGES; tests only read it."""
    config = config_in(tmp_path_factory.mktemp("web"))
    build_pages(config, write_pages(config.index.parent / "saved", PAGES))
    return config


@pytest.fixture(scope="session")
def app(built_config: Config) -> Flask:
    return create_app(built_config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def get(client: FlaskClient) -> Callable[..., BeautifulSoup]:
    """Return a function: address -> parsed page, as a browser follows it; it must answer with the given status."""

    def get_page(url: str, status: int = 200) -> BeautifulSoup:
        response = client.get(url, follow_redirects=True)
        assert response.status_code == status, url
        return soup_of(response)

    return get_page


@pytest.fixture
def own_config(tmp_path: Path) -> Config:
    """Settings for a test that makes an index of its own."""
    return config_in(tmp_path)


@pytest.fixture
def client_over(own_config: Config) -> Iterator[Callable[[list[dict[str, object]]], FlaskClient]]:
    """Return a function: records -> a client of an application over them."""

    def make(records: list[dict[str, object]]) -> FlaskClient:
        path = own_config.index.parent / "records.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        build_from_records(own_config, path, lambda problem: None)
        return client_of(own_config)

    yield make


@pytest.fixture(scope="session")
def built_client(app: Flask) -> FlaskClient:
    """A client of the hand-made pages that lives as long as the run: for tests that ask again and again."""
    return app.test_client()


@pytest.fixture(scope="session")
def style() -> str:
    """The style sheet as it is shipped."""
    return (Path(__file__).parents[2] / "webui" / "static" / "style.css").read_text(encoding="utf-8")
