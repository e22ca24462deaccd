"""A second gate on larger judged sets, which are kept beside the checkout and not shipped: skipped where they are not.

../shared/judgments     40 queries over the 29 digests of the blog's own pages
../shared/collections   cranfield, cisi, med: public collections of a thousand abstracts each
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from gate import CORPUS, FLOORS, ROOT, below_floor, evaluate_index, read_judged

from indexer.build import build_from_pages
from indexer.config import Config
from indexer.model import SearchRequest
from indexer.search import open_index

SHARED = ROOT.parent / "shared"


def _folder(name: str) -> Path:
    folder = SHARED / name
    if not (folder / "qrels.txt").is_file():
        pytest.skip(f"the judged set '{name}' is not there: it is kept beside the checkout, in ../shared")
    return folder


@pytest.mark.parametrize("name", ["cranfield", "cisi", "med"])
def test_a_public_collection_is_ranked_no_worse_than_its_floor(name: str) -> None:
    folder = _folder(f"collections/{name}")
    judged = read_judged(folder / "queries.tsv", folder / "qrels.txt")
    evaluation = evaluate_index(Config(corpus=CORPUS), judged, folder / "docs.jsonl.gz")
    assert not below_floor(evaluation, FLOORS[name])


def test_the_pages_of_the_blog_are_ranked_no_worse_than_their_floors(tmp_path: Path) -> None:
    folder = _folder("judgments")
    config = Config(corpus=CORPUS, index=tmp_path / "index")
    build_from_pages(config, [SHARED / "pages"], lambda _: None)
    evaluation = evaluate_index(config, read_judged(folder / "queries.tsv", folder / "qrels.txt"))
    assert not below_floor(evaluation, FLOORS["judgments"])


def test_video_therapy_alliance_finds_the_two_digests_of_july_2020_first(tmp_path: Path) -> None:
    _folder("judgments")
    config = Config(corpus=CORPUS, index=tmp_path / "index")
    build_from_pages(config, [SHARED / "pages"], lambda _: None)
    with closing(open_index(config.index, CORPUS)) as searcher:
        first, second, *_ = searcher.search(SearchRequest(text="video therapy alliance")).hits
    assert first.doc_id == "2020-07-psychotherapist-professional-self-doubt-in-using-video-therapy"
    assert second.doc_id == "2020-07-is-the-therapeutic-alliance-diminished-by-videoconferencing-psychotherapy"
