"""Old addresses of the blog lead to the same digests here, where the captures tell what their ids mean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from hand_made_pages import PAGES, build_pages, client_of, config_in, page_html, soup_of, words_of

LISTS = """<h2>Type of Research</h2>
<ul><li><a href="?cat_1=&amp;cat_2=">ALL</a></li><li><a href="?cat_1=3">Meta-analyses</a></li></ul>
<h2>Topics</h2>
<ul><li><a href="?cat_2=0">ALL Topics (clear)</a></li>
<li><a href="?cat_2=17">Alliance and Therapeutic Relationship</a></li></ul>"""


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of an index whose page shows the blog's filter lists, and that has two pages of results."""
    config = config_in(tmp_path_factory.mktemp("blog"))
    folder = config.index.parent / "saved"
    folder.mkdir()
    for number, (month, digests) in enumerate(PAGES.items()):
        page = page_html(month, digests).replace("<body>", f"<body>{LISTS}")
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    build_pages(config, folder)
    yield client_of(config)


def followed(client: FlaskClient, url: str) -> tuple[int, str]:
    response = client.get(url)
    return response.status_code, response.headers.get("Location", "")


@pytest.mark.parametrize(
    ("old_query", "new_query"),
    [
        ("", ""),
        ("?cat_1=&cat_2=&p=", ""),
        ("?cat_2=0", ""),
        ("?cat_2=17", "?topic=alliance"),
        ("?cat_1=3", "?type=meta-analysis"),
        ("?cat_1=3&cat_2=17&p=1", "?topic=alliance&type=meta-analysis"),
        ("?cat_2=17&cat_2=99&utm=x", "?topic=alliance"),
    ],
)
def test_ids_that_the_captures_tell_lead_to_their_filters_for_good(
    old: FlaskClient, old_query: str, new_query: str
) -> None:
    assert followed(old, f"/pprnet/blog{old_query}") == (301, f"/search{new_query}")


@pytest.mark.parametrize(
    ("page", "ours"), [(2, ""), (3, "?page=2"), (99, "?page=2"), (0, ""), ("x", ""), ("9" * 20, "")]
)
def test_pages_of_six_become_pages_of_ten_and_never_one_past_the_end(
    old: FlaskClient, page: int | str, ours: str
) -> None:
    assert old.get("/search?page=2").status_code == 200 and old.get("/search?page=3").status_code == 404
    # the seventh digest stands on our first page, the thirteenth on our second, which is the last
    assert followed(old, f"/pprnet/blog?p={page}")[1] == f"/search{ours}"


def test_a_page_of_the_list_is_not_promised_for_good_because_lists_shift(old: FlaskClient) -> None:
    assert followed(old, "/pprnet/blog?p=3")[0] == 302


def test_an_id_that_nobody_knows_leads_to_the_unfiltered_list_which_says_so(old: FlaskClient) -> None:
    status, address = followed(old, "/pprnet/blog?cat_2=99&cat_1=4")
    assert status == 302
    page = soup_of(old.get(address))
    notices = words_of(page.select_one(".notices"))
    assert "There is no topic 'cat_2=99' in this index; the filter was ignored." in notices
    assert "There is no type of research 'cat_1=4' in this index; the filter was ignored." in notices
    assert len(page.select(".card")) == 10


def test_a_known_filter_stays_beside_an_unknown_one(old: FlaskClient) -> None:
    assert followed(old, "/pprnet/blog?cat_1=4&cat_2=17") == (302, "/search?topic=alliance&type=cat_1%3D4")


@pytest.mark.parametrize(
    "query", ["?cat_2=%0d%0aX:1", "?cat_2=<script>", "?cat_2=" + "9" * 5000, "?p=-1&p=%ff", "?p=²"]
)
def test_hostile_values_are_ignored_or_named(old: FlaskClient, query: str) -> None:
    status, address = followed(old, f"/pprnet/blog{query}")
    assert status in (301, 302) and address.startswith("/search") and len(address) < 200
    assert old.get(address).status_code == 200


def test_without_ids_in_the_captures_every_filter_is_unknown(client: FlaskClient) -> None:
    assert followed(client, "/pprnet/blog/?cat_2=17") == (302, "/search?topic=cat_2%3D17")
