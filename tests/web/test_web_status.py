"""What machines and operators ask: is the process there, does the search work, what did the last run do?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hand_made_pages import FILLER, PAGES, client_of, page_html, soup_of, words_of, write_pages

from indexer import Config, build_from_pages, kernel
from indexer.update import remove, undo_removal

Get = Callable[..., BeautifulSoup]


def live_folder(config: Config) -> Path:
    (folder,) = (config.index / "generations").iterdir()
    return folder


def build_quietly(config: Config, *paths: Path) -> FlaskClient:
    build_from_pages(config, paths, lambda problem: None)
    return client_of(config)


def facts_of(page: BeautifulSoup) -> dict[str, str]:
    return {words_of(row.dt): words_of(row.dd) for row in page.select(".facts > div")}


# --- for machines ----------------------------------------------------------------------------------------------------


def test_a_process_that_answers_says_ok_with_and_without_an_index(client: FlaskClient, own_config: Config) -> None:
    for each in (client, client_of(own_config)):
        response = each.get("/healthz")
        assert (response.status_code, response.text, response.mimetype) == (200, "ok\n", "text/plain")
        assert response.headers["Cache-Control"] == "no-store"


def test_an_index_that_finds_its_newest_digest_is_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.text, response.mimetype) == (200, "ok\n", "text/plain")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("title", ["OR", "-therapy", '"Good', "author: who?", "To be or not to be", "???"])
def test_it_is_ready_whatever_its_newest_title_looks_like_to_a_query(
    title: str, client_over: Callable[[list[dict[str, object]]], FlaskClient]
) -> None:
    assert client_over([{"id": "a", "title": title, "text": "words"}]).get("/readyz").status_code == 200


def test_without_an_index_it_is_not_ready_and_says_why_in_a_line_until_there_is_one(own_config: Config) -> None:
    client = client_of(own_config)
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "There is no index yet: run pprsearch build.\n")
    assert response.headers["Cache-Control"] == "no-store"
    build_quietly(own_config, write_pages(own_config.corpus / "pages", PAGES))
    assert client.get("/readyz").status_code == 200


def test_a_damaged_index_is_not_ready_and_the_line_names_no_folder_of_the_machine(own_config: Config) -> None:
    build_quietly(own_config, write_pages(own_config.corpus / "pages", PAGES))
    (live_folder(own_config) / "articles.jsonl").write_bytes(b"")
    response = client_of(own_config).get("/readyz")
    assert response.status_code == 503
    assert response.text.count("\n") == 1 and "pprsearch check" in response.text
    assert str(own_config.index) not in response.text


def test_the_state_as_json_has_the_run_the_counts_and_the_warnings(client: FlaskClient) -> None:
    state = client.get("/status.json").get_json()
    assert (state["digests"], state["source"], state["newest_month"]) == (14, "pages", "2022-05")
    assert (state["generation"], state["engine"], state["loops"]) == ("000001", "compiled", kernel.NAME)
    assert state["counts"]["year"] == {"2018": 3, "2019": 4, "2020": 5, "2022": 2}
    assert sorted(state["counts"]) == ["topic", "type", "year"]
    run = state["run"]
    assert (run["command"], run["unchanged"], run["changed"], run["removed"]) == ("build", 0, [], [])
    assert len(run["added"]) == 14
    assert {"id": "2020-07-trauma-and-trust", "title": "Trauma and Trust", "detail": ""} in run["added"]
    assert run["skipped"] == []


# --- for people ------------------------------------------------------------------------------------------------------


def test_the_page_says_what_there_is_and_what_the_last_run_added(get: Get) -> None:
    page = get("/status")
    facts = facts_of(page)
    assert facts["Digests"] == "14, from collected pages"
    assert facts["Newest digest"] == "May 2022"
    assert facts["Generation"] == "000001"
    assert re.fullmatch(r"build, 20\d\d-\d\d-\d\d \d\d:\d\d UTC", facts["Last run"])
    assert "0 digests stayed as they were." in words_of(page.main)
    assert facts["Searches read"] == "compiled arrays"
    assert facts["Loops of a search"].startswith({"c": "compiled", "numpy": "numpy's (slower"}[kernel.NAME])
    assert [words_of(heading) for heading in page.select("h3")] == [
        "Added: 14",
        "Changed: 0",
        "Removed: 0",
        "Skipped: 0",
    ]
    assert page.select_one("a[href='/article/2020-07-trauma-and-trust']").string == "Trauma and Trust"
    assert page.select_one("a[href='/status.json']")


def test_the_counts_on_the_page_are_those_of_an_empty_search(get: Get) -> None:
    rows = [words_of(row) for row in get("/status").select("details")[2].select("li")]
    assert rows == ["2018 3", "2019 4", "2020 5", "2022 2"]


def test_skipped_pages_are_named_with_their_reason_and_by_their_file_alone(own_config: Config, tmp_path: Path) -> None:
    saved = write_pages(tmp_path / "saved", PAGES)
    (tmp_path / "elsewhere").mkdir()
    (saved / "empty.html").write_bytes(b"")
    page = soup_of(build_quietly(own_config, saved, tmp_path / "elsewhere", tmp_path / "no such.html").get("/status"))
    skipped = [words_of(row) for row in page.select("h3 + ul")[-1].select("li")]
    assert [row.split()[0] for row in skipped] == ["empty.html", "elsewhere", "no"]
    assert skipped[0] == "empty.html The file is empty. Save the page again. [empty]"
    assert str(tmp_path) not in str(page)


def test_warnings_are_counted_by_their_code(own_config: Config, tmp_path: Path) -> None:
    saved = write_pages(tmp_path / "saved", PAGES)
    for name in ("a.html", "b.html"):
        (saved / name).write_bytes(b" " if name == "a.html" else b"")
    client = build_quietly(own_config, saved)
    rows = soup_of(client.get("/status")).find("h2", string="Warnings by code").find_next("ul").select("li")
    assert "empty 2" in [words_of(row) for row in rows]
    assert client.get("/status.json").get_json()["warnings"]["empty"] == 2


def test_a_long_list_is_cut_and_says_how_much_is_left(
    client_over: Callable[[list[dict[str, object]]], FlaskClient],
) -> None:
    client = client_over([{"id": f"a{n:03}", "title": f"Title {n}", "text": "words"} for n in range(53)])
    rows = soup_of(client.get("/status")).select("h3 + ul")[0].select("li")
    assert len(rows) == 51 and words_of(rows[-1]) == "and 3 more"
    assert len(client.get("/status.json").get_json()["run"]["added"]) == 53


def test_hostile_titles_and_file_names_are_shown_and_never_run(own_config: Config, tmp_path: Path) -> None:
    attack = "<img src=x onerror=alert(1)>"
    saved = write_pages(tmp_path / "saved", {})
    html = page_html("July 2020", [(f"{attack} and therapy", "", f"A study. {FILLER}", "Rest.")])
    (saved / "good.html").write_text(html, encoding="utf-8")
    (saved / f"{attack}.html").write_bytes(b"")
    client = build_quietly(own_config, saved)
    page = soup_of(client.get("/status"))
    assert not page.select("img, [onerror]")
    assert page.get_text().count(attack) == 2
    assert client.get("/status.json").mimetype == "application/json"


def test_when_the_whoosh_index_answers_the_page_names_the_command_that_mends_it(own_config: Config) -> None:
    build_quietly(own_config, write_pages(own_config.corpus / "pages", PAGES))
    (live_folder(own_config) / "compiled.arrays").unlink()
    client = client_of(own_config)
    assert "pprsearch compile" in facts_of(soup_of(client.get("/status")))["Searches read"]
    assert client.get("/status.json").get_json()["engine"] == "whoosh"
    assert client.get("/readyz").status_code == 200


def test_without_an_index_the_page_of_the_state_is_unavailable_like_every_other(own_config: Config) -> None:
    assert client_of(own_config).get("/status").status_code == 503
    assert client_of(own_config).get("/status.json").status_code == 503


# --- digests that are gone -------------------------------------------------------------------------------------------

RUPTURES = "2020-07-repairing-alliance-ruptures"


@pytest.fixture
def pruned(own_config: Config) -> FlaskClient:
    """A client of an index from which a librarian removed a digest."""
    build_quietly(own_config, write_pages(own_config.corpus / "pages", PAGES))
    remove(own_config, RUPTURES, "Asked for by its <b>author</b>.", lambda problem: None)
    return client_of(own_config)


def test_the_address_of_a_removed_digest_says_that_it_is_gone_why_and_what_is_near_it(pruned: FlaskClient) -> None:
    response = pruned.get(f"/article/{RUPTURES}")
    page = soup_of(response)
    assert response.status_code == 410
    assert words_of(page.h1) == "This digest was removed"
    assert "“Repairing Alliance Ruptures” of July 2020 is no longer here. Asked for by its <b>author</b>." in words_of(
        page.main
    )
    links = [link["href"] for link in page.main.select("a")]
    assert links[-1] == "/search"
    assert 1 < len(links) <= 4 and all(link.startswith("/article/") for link in links[:-1])
    assert all(pruned.get(link).status_code == 200 for link in links)


def test_a_removed_digest_is_found_nowhere_and_the_page_of_the_state_says_why(pruned: FlaskClient) -> None:
    assert RUPTURES not in pruned.get("/search?q=repairing+ruptures").text
    page = soup_of(pruned.get("/status"))
    removed = page.find("h3", string="Removed: 1").find_next("li")
    assert words_of(removed) == "Repairing Alliance Ruptures Asked for by its <b>author</b>."
    assert not removed.select("a")
    assert facts_of(page)["Digests"].startswith("13,")


def test_an_address_that_never_was_is_not_found_rather_than_gone(pruned: FlaskClient) -> None:
    assert pruned.get("/article/2020-07-never").status_code == 404


def test_a_digest_whose_removal_is_undone_is_back(own_config: Config, pruned: FlaskClient) -> None:
    undo_removal(own_config, RUPTURES, lambda problem: None)
    assert pruned.get(f"/article/{RUPTURES}").status_code == 200


@pytest.mark.parametrize("title", ['-therapy "OR', "???", ""])
def test_whatever_the_title_of_a_removed_digest_its_address_answers(
    title: str, own_config: Config, client_over: Callable[[list[dict[str, object]]], FlaskClient]
) -> None:
    client = client_over([{"id": "a", "title": title, "text": "words"}, {"id": "b", "title": "B", "text": "therapy"}])
    remove(own_config, "a", "Asked for.", lambda problem: None)
    response = client.get("/article/a")
    assert response.status_code == 410 and "Asked for." in response.text
