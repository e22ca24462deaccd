"""Who asks for one digest by its title, its study, its DOI or its author and year gets it first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gate import CORPUS

from indexer.build import build_from_pages
from indexer.config import Config
from indexer.generations import RECORDS
from indexer.model import Article, SearchRequest
from indexer.records import read_records
from indexer.search import Searcher, open_index


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Searcher, tuple[Article, ...]]]:
    config = Config(corpus=CORPUS, index=tmp_path_factory.mktemp("known") / "index")
    build_from_pages(config, [CORPUS / "sample"], lambda _: None)
    with closing(open_index(config.index, CORPUS)) as searcher:
        yield searcher, read_records(Path(searcher.generation.folder / RECORDS)).articles


def _not_first(searcher: Searcher, asked: list[tuple[str, str]]) -> list[str]:
    return [
        text
        for text, doc_id in asked
        if [hit.doc_id for hit in searcher.search(SearchRequest(text=text)).hits[:1]] != [doc_id]
    ]


def test_every_title_finds_its_digest_first_however_it_is_typed(
    sample: tuple[Searcher, tuple[Article, ...]],
) -> None:
    searcher, articles = sample
    asked = [(text, a.id) for a in articles for text in (a.title, a.title.lower().rstrip("?."))]
    assert len(asked) == 58
    assert not _not_first(searcher, asked)


@pytest.mark.parametrize("form", ["{}", "https://doi.org/{}", "http://dx.doi.org/{}", "doi:{}", "DOI: {}."])
def test_every_doi_finds_its_digest_first_in_every_form(
    form: str, sample: tuple[Searcher, tuple[Article, ...]]
) -> None:
    searcher, articles = sample
    asked = [(form.format(a.citation.doi), a.id) for a in articles if a.citation and a.citation.doi]
    assert len(asked) == 7
    assert not _not_first(searcher, asked)


def test_every_cited_study_and_first_author_with_year_finds_its_digest_first(
    sample: tuple[Searcher, tuple[Article, ...]],
) -> None:
    searcher, articles = sample
    cited = [(a.id, a.citation) for a in articles if a.citation]
    asked = [(citation.title, doc_id) for doc_id, citation in cited if citation.title]
    for doc_id, citation in cited:
        family = citation.authors[0].split(",")[0]
        same = [c for _, c in cited if c.study_year == citation.study_year and family in c.printed]
        if len(same) == 1:
            asked += [(f"{family} {citation.study_year}", doc_id), (f"{family} et al. ({citation.study_year})", doc_id)]
    assert len(asked) > 50
    assert not _not_first(searcher, asked)
