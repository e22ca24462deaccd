"""Step 4: which articles of different captures are one digest, and what its record then remembers."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shown import BLOG, DOI, OTHER_DOI, VOCABULARY, Shown, capture, ids, ingest, reference, text, told

from indexer.articles import Draft
from indexer.ingest import ingest_pages
from indexer.likeness import NEARLY_SAME, keys_of, may_be_alike, runs_of, share_of, sketch_of, text_of
from indexer.model import Page

# --- one digest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "old_id", "new_id"),
    [
        (Shown("Video Terapy"), Shown("Video Therapy"), "2020-07-video-terapy", "2020-07-video-therapy"),
        (Shown("Video", "July 2020"), Shown("Video", "August 2020"), "2020-07-video", "2020-08-video"),
        (Shown("Video Terapy"), Shown("Video Therapy", "May 2021"), "2020-07-video-terapy", "2021-05-video-therapy"),
    ],
    ids=["title", "month", "both"],
)
@pytest.mark.parametrize("doi", [DOI, None], ids=["with-doi", "without"])
def test_a_digest_whose_title_or_month_changed_is_one_record_with_a_new_id_that_keeps_the_former(
    old: Shown, new: Shown, old_id: str, new_id: str, doi: str | None
) -> None:
    first = capture("old.txt", dataclasses.replace(old, doi=doi), at="2020-08-01T00:00:00Z")
    second = capture("new.txt", dataclasses.replace(new, doi=doi), at="2021-08-01T00:00:00Z")
    for pages in ([first, second], [second, first]):
        found = ingest(*pages)
        (article,) = found.articles
        assert (article.id, article.former_ids, article.title) == (new_id, (old_id,), new.title)
        assert [item.path for item in article.captures] == ["new.txt", "old.txt"]
        assert told(found, "no-citation") == [("moved", "note")]
        assert old_id in next(problem.message for problem in found.problems if problem.code == "moved")


def test_a_text_of_which_a_quarter_was_rewritten_is_nearly_the_same_and_the_newest_is_taken_with_a_warning() -> None:
    words = text(1, 400).split()
    rewritten = " ".join([*words[:300], *text(2, 100).split()])
    found = ingest(
        capture("a.txt", Shown("Video Terapy", body=" ".join(words), doi=None), at="2020-08-01"),
        capture("b.txt", Shown("Video Therapy", body=rewritten, doi=None), at="2020-09-01"),
    )
    assert [(article.id, article.summary) for article in found.articles] == [("2020-07-video-therapy", (rewritten,))]
    assert told(found, "no-citation") == [("conflict", "warning"), ("moved", "note")]


def test_three_versions_keep_the_ids_of_all_latest_first() -> None:
    pages = [
        capture("a.txt", Shown("Vidio Terapy"), at="2020-08-01"),
        capture("b.txt", Shown("Video Terapy"), at="2020-09-01"),
        capture("c.txt", Shown("Video Therapy"), at="2020-10-01"),
    ]
    (article,) = ingest(*pages).articles
    assert (article.id, article.former_ids) == (
        "2020-07-video-therapy",
        ("2020-07-video-terapy", "2020-07-vidio-terapy"),
    )


def test_a_title_that_changed_and_changed_back_has_its_first_id_again() -> None:
    pages = [
        capture("a.txt", Shown("Video"), at="2020-08-01"),
        capture("b.txt", Shown("Film"), at="2020-09-01"),
        capture("c.txt", Shown("Video"), at="2020-10-01"),
    ]
    (article,) = ingest(*pages).articles
    assert (article.id, article.former_ids) == ("2020-07-video", ("2020-07-film",))


def test_topics_that_pages_prove_for_any_version_are_united() -> None:
    def page(title: str, topic: str, at: str) -> Page:
        content = f"""<h2>Topics</h2><ul><li class="active"><a href="?cat_2=1">{topic}</a></li></ul><h2>July 2020</h2>
            <h3>{title}</h3><p>{reference(DOI)}</p><p>{text(1)}</p><h4>Practice Implications</h4><p>{text(2)}</p>"""
        return Page(f"{at}.html", "html", content.encode(), at, None, at)

    (article,) = ingest(
        page("Terapy", "Depression", "2020-08-01"), page("Therapy", "Attachment", "2020-09-01")
    ).articles
    assert {topic.value for topic in article.topics if topic.source == "page"} == {"depression", "attachment"}


def test_between_captures_without_a_date_the_choice_is_a_conflict_that_a_librarian_should_settle() -> None:
    found = ingest(capture("1.txt", Shown("Video Terapy")), capture("2.txt", Shown("Video Therapy")))
    assert ids(found) == ["2020-07-video-therapy"]
    assert told(found) == [("conflict", "warning"), ("moved", "note")]
    conflict = next(problem for problem in found.problems if problem.code == "conflict")
    assert "neither page says when" in conflict.message and "overrides.toml" in conflict.message


def test_a_rewritten_text_about_the_same_study_is_the_same_digest_on_a_page_captured_again() -> None:
    old, new = Shown("Video", body=text(1)), Shown("A New Title", body=text(2))
    neighbour = Shown("Neighbour", body=text(3), doi=None)
    again = [
        (
            capture("a.txt", old, at="2020-08-01", url=f"{BLOG}?p=1"),
            capture("b.txt", new, at="2020-09-01", url=f"{BLOG}?p=1"),
        ),
        (capture("july.html", old, at="2020-08-01"), capture("x/july (1).html", new, at="2020-09-01")),
        (
            capture("july.html", old, at="2020-08-01"),
            capture("july-july-aga.html", new, at="2020-09-01", sha256="july-again"),
        ),
    ]
    for first, second in again:
        (article,) = ingest(first, second).articles
        assert (article.id, article.former_ids) == ("2020-07-a-new-title", ("2020-07-video",))
    moved = dataclasses.replace(new, month="June 2020")
    (one, other) = ingest(
        capture("a.txt", old, neighbour, at="2020-08-01", url=BLOG),
        capture("b.txt", neighbour, moved, at="2020-09-01", url=BLOG),
    ).articles
    assert {one.id, other.id} == {"2020-06-a-new-title", "2020-07-neighbour"}


# --- two digests -----------------------------------------------------------------------------------------------------


def test_the_same_study_digested_twice_stays_two_digests_and_each_pair_is_noted_once() -> None:
    old, new = Shown("Video", "May 2016", text(1)), Shown("Video Again", "July 2020", text(2))
    side_by_side = [capture("a.txt", new, old)]
    on_other_pages = [capture("2016-05.txt", old), capture("2020-07.txt", new)]
    first_page_of_a_list = [
        capture("a.txt", old, at="2016-06-01", url=BLOG),
        capture("b.txt", new, at="2020-08-01", url=BLOG),
    ]
    for pages in (side_by_side, on_other_pages, first_page_of_a_list):
        found = ingest(*pages)
        assert ids(found) == ["2016-05-video", "2020-07-video-again"]
        assert {article.former_ids for article in found.articles} == {()}
        assert told(found) == [("same-study", "note")]
        assert "2016-05-video" in found.problems[0].message


def test_two_versions_that_one_capture_shows_side_by_side_are_two_digests_with_a_warning() -> None:
    both = capture("both.txt", Shown("Video Terapy"), Shown("Video Therapy"))
    alone = capture("alone.txt", Shown("Video Therapy"), at="2021-01-01")
    for pages in ([both], [both, alone], [alone, both]):
        found = ingest(*pages)
        assert ids(found) == ["2020-07-video-terapy", "2020-07-video-therapy"]
        assert told(found) == [("near-duplicate", "warning")]


def test_a_version_that_is_like_two_digests_of_one_page_joins_the_one_it_is_more_like() -> None:
    words = text(1, 400).split()
    less = " ".join([*words[:330], *text(2, 70).split()])
    page = capture("page.txt", Shown("First One", body=" ".join(words), doi=None), Shown("Other", body=less, doi=None))
    near = " ".join([*words[:399], "end."])
    later = capture("later.txt", Shown("First", body=near, doi=None), at="2021-01-01")
    found = ingest(page, later)
    assert {article.id: article.former_ids for article in found.articles} == {
        "2020-07-first": ("2020-07-first-one",),
        "2020-07-other": (),
    }


def test_nearly_the_same_text_about_different_studies_is_two_digests_with_a_warning() -> None:
    found = ingest(capture("a.txt", Shown("Video Terapy")), capture("b.txt", Shown("Video Therapy", doi=OTHER_DOI)))
    assert ids(found) == ["2020-07-video-terapy", "2020-07-video-therapy"]
    assert told(found) == [("near-duplicate", "warning")]


def test_the_same_text_under_another_title_in_another_month_without_doi_is_left_as_two_with_a_warning() -> None:
    one, other = Shown("Video", "May 2016", doi=None), Shown("Alliance and Outcome", "July 2020", doi=None)
    found = ingest(capture("a.txt", one), capture("b.txt", other))
    assert len(found.articles) == 2
    assert told(found, "no-citation") == [("near-duplicate", "warning")]


def test_of_a_digest_that_a_librarian_removed_nothing_is_said_any_more() -> None:
    both = capture("both.txt", Shown("Video Terapy", doi="10.1037/ pst1"), Shown("Video Therapy", doi=None))
    assert told(ingest(both), "no-citation") == [("malformed-doi", "warning"), ("near-duplicate", "warning")]
    found = ingest_pages([both], VOCABULARY, removed={"2020-07-video-terapy"})
    assert told(found) == [("no-citation", "note")]
    assert ids(found) == ["2020-07-video-terapy", "2020-07-video-therapy"]


def test_texts_without_words_are_like_nothing() -> None:
    assert share_of(runs_of(("…",)), runs_of(("…",))) == 0.0
    assert sketch_of(Draft("T", "2020-07", summary=["…"])) == ()


# --- whatever the order, however many --------------------------------------------------------------------------------

TITLES = ("Video Therapy", "Video Terapy", "Alliance", "Alliances", "A Study")
BODIES = (text(1), text(1) + " More.", text(2))
shown = st.builds(
    Shown,
    st.sampled_from(TITLES),
    st.sampled_from(("July 2020", "May 2016")),
    st.sampled_from(BODIES),
    st.sampled_from((DOI, OTHER_DOI, None)),
)
capture_parts = st.tuples(
    st.lists(shown, min_size=1, max_size=3, unique_by=lambda digest: (digest.title, digest.month)),
    st.sampled_from((None, "2020-01-01", "2021-01-01")),
    st.sampled_from((None, BLOG)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(capture_parts, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_any_order_of_captures_gives_the_same_records_and_every_id_leads_to_one_of_them(
    parts: Sequence[tuple[list[Shown], str | None, str | None]], rng: random.Random
) -> None:
    pages = [capture(f"{n}.txt", *digests, at=at, url=url) for n, (digests, at, url) in enumerate(parts)]
    found = ingest(*pages)
    shuffled = rng.sample(pages, len(pages))
    assert ingest(*shuffled).articles == found.articles
    known = [key for article in found.articles for key in (article.id, *article.former_ids)]
    assert len(known) == len(set(known))
    for page in pages:  # nothing is lost: what a page shows side by side stays so many digests
        on_page = [article for article in found.articles if page.path in [item.path for item in article.captures]]
        assert len(on_page) == len(ingest(page).articles)


def test_in_a_crowd_about_one_study_each_digest_is_compared_with_sixteen_neighbours_only() -> None:
    pages = [capture(f"{n}.txt", Shown(f"Digest {n}", "July 2020", text(n))) for n in range(10, 50)]
    found = ingest(*pages)
    assert len(found.articles) == 40
    notes = {problem.article: problem.message for problem in found.problems if problem.code == "same-study"}
    assert len(notes) == 39
    assert "2020-07-digest-10'." in notes["Digest 11"]
    assert "2020-07-digest-10' and 15 more" in notes["Digest 26"]
    assert "2020-07-digest-33' and 15 more" in notes["Digest 49"]


def test_a_sketch_finds_texts_above_the_threshold_and_no_strangers() -> None:
    met, close = {True: 0, False: 0}, {True: 0, False: 0}
    for seed in range(200):
        words = text(seed, 400).split()
        changed = [f"x{word}" if place % 32 == 0 else word for place, word in enumerate(words)]  # 5 of 32 runs change
        one = Draft("T", "2020-07", summary=[" ".join(words)])
        near = Draft("T", "2020-07", summary=[" ".join(changed)])
        stranger = Draft("T", "2020-07", summary=[text(seed + 1000, 400)])
        share = share_of(runs_of(text_of(one)), runs_of(text_of(near)))
        assert NEARLY_SAME < share < 0.8
        for other, is_near in ((near, True), (stranger, False)):
            met[is_near] += not set(keys_of(sketch_of(one))).isdisjoint(keys_of(sketch_of(other)))
            close[is_near] += may_be_alike(sketch_of(one), sketch_of(other))
    assert met == {True: 200, False: 0}
    assert close == {True: 200, False: 0}


def test_texts_that_share_a_sentence_may_meet_and_are_passed_over_without_a_look() -> None:
    met = close = 0
    for seed in range(200):
        quoted = text(seed, 60)
        one, other = (sketch_of(Draft("T", "2020-07", summary=[quoted, text(seed + n, 340)])) for n in (1000, 2000))
        met += not set(keys_of(one)).isdisjoint(keys_of(other))
        close += may_be_alike(one, other)
    assert met > 10
    assert close == 0
