"""What programs read: suggestions as JSON, robots.txt and the sitemap."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hand_made_pages import soup_of

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def test_suggestions_are_topics_titles_and_words_with_their_addresses(client: FlaskClient) -> None:
    response = client.get("/suggest?q=depr")
    assert response.mimetype == "application/json"
    items = response.get_json()["items"]
    assert items == [
        {
            "kind": "topic",
            "text": "Depression and Depressive Symptoms",
            "note": "2 digests",
            "href": "/topic/depression",
        },
        {
            "kind": "title",
            "text": "Group Psychotherapy for Depression",
            "note": "July 2020",
            "href": "/article/2020-07-group-psychotherapy-for-depression",
        },
        {
            "kind": "title",
            "text": "Depression and Psychotherapy",
            "note": "April 2019",
            "href": "/article/2019-04-depression-and-psychotherapy",
        },
        {
            "kind": "title",
            "text": "Therapeutic Alliance and Depression",
            "note": "April 2019",
            "href": "/article/2019-04-therapeutic-alliance-and-depression",
        },
        {"kind": "term", "text": "depression", "note": "", "href": ""},
    ]
    for item in items[:-1]:
        assert item["text"] in soup_of(client.get(item["href"])).h1.get_text()


@pytest.mark.parametrize("query", ["", "?q=", "?q=%00", "?q=%ff%fe", "?x=1", "?q=%22%22", "?q=zzzz"])
def test_what_nothing_is_known_of_gets_an_empty_list(client: FlaskClient, query: str) -> None:
    response = client.get(f"/suggest{query}")
    assert (response.status_code, response.get_json()) == (200, {"items": []})


def test_suggestions_are_raw_text_and_addresses_are_quoted(client_over: Callable[..., FlaskClient]) -> None:
    title, doc_id = "</script><b>Bold & bad</b>", "a/b?c#d"
    client = client_over([{"id": doc_id, "title": title, "text": "Text."}])
    response = client.get("/suggest?q=bold")
    expected = {"kind": "title", "text": title, "note": "", "href": "/article/a%2Fb%3Fc%23d"}
    assert response.get_json()["items"][0] == expected
    assert response.headers["X-Content-Type-Options"] == "nosniff"  # or a browser might take it for a page


def test_robots_may_read_digests_topics_and_months_but_not_filtered_searches(client: FlaskClient) -> None:
    response = client.get("/robots.txt", base_url="https://search.example")
    assert response.mimetype == "text/plain"
    lines = response.get_data(as_text=True).splitlines()
    assert lines[0] == "User-agent: *"
    refused = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert {"/search?*topic=", "/search?*from=", "/search?*sort=", "/article/*?", "/suggest"} <= set(refused)
    assert not [path for path in refused if path in ("/", "/search", "/article/", "/topic/", "/month/")]
    assert lines[-1] == "Sitemap: https://search.example/sitemap.xml"


def test_the_sitemap_names_every_page_that_may_be_listed_and_each_answers_with_itself_as_canonical(
    client: FlaskClient,
) -> None:
    response = client.get("/sitemap.xml", base_url="https://search.example")
    assert response.mimetype == "application/xml"
    places = [str(loc.text) for loc in ET.fromstring(response.get_data()).findall("s:url/s:loc", NAMESPACE)]
    assert all(place.startswith("https://search.example/") for place in places)
    paths = [place.removeprefix("https://search.example") for place in places]
    assert len(paths) == len(set(paths))
    kinds = [path.split("/")[1] for path in paths]
    assert kinds[:4] == ["", "about", "topics", "archive"]
    # 14 digests of 4 months in 4 years
    assert {kind: kinds.count(kind) for kind in ("article", "month", "year")} == {"article": 14, "month": 4, "year": 4}
    assert "/topic/alliance" in paths
    for path in paths:
        page = soup_of(client.get(path))
        assert page.select_one("link[rel=canonical]")["href"] == path
        assert page.select_one("meta[name=robots]") is None
        assert page.select_one("meta[name=description]")["content"]


def test_the_sitemap_gives_the_day_of_the_newest_capture_where_the_capture_tells_one(
    client_over: Callable[..., FlaskClient],
) -> None:
    def record(doc_id: str, *fetched: str | None) -> dict[str, object]:
        captures = [{"path": "p", "sha256": "0", "fetched_at": at} for at in fetched]
        return {"id": doc_id, "title": doc_id, "summary": ["Text."], "month": "2020-01", "captures": captures}

    client = client_over(
        [
            record("a", "2020-07-31T10:11:12Z", "2019-01-01"),
            record("b", None, "2019-01-01"),
            record("c"),
            record("d", "<yesterday>"),
            record("e", "2020-99-99"),
        ]
    )
    urls = ET.fromstring(client.get("/sitemap.xml").get_data()).findall("s:url", NAMESPACE)
    dates = {
        str(url.findtext("s:loc", namespaces=NAMESPACE)).rpartition("/")[2]: url.findtext("s:lastmod", None, NAMESPACE)
        for url in urls
        if "/article/" in str(url.findtext("s:loc", namespaces=NAMESPACE))
    }
    assert dates == {"a": "2020-07-31", "b": None, "c": None, "d": None, "e": None}


def test_hostile_ids_and_hosts_leave_the_sitemap_well_formed(client_over: Callable[..., FlaskClient]) -> None:
    doc_id = "<x>&\"'é"
    client = client_over([{"id": doc_id, "title": "T", "text": "Text."}])
    response = client.get("/sitemap.xml", headers={"Host": "a&b<c"})
    if response.status_code == 200:
        places = [str(loc.text) for loc in ET.fromstring(response.get_data()).findall("s:url/s:loc", NAMESPACE)]
        assert places[-1].endswith(f"/article/{quote(doc_id, safe='')}")
    else:
        assert response.status_code == 400
    assert ET.fromstring(client.get("/sitemap.xml").get_data()).tag.endswith("urlset")
