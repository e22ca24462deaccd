"""The fields of a document: what of an article is searched, filtered by and counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer import schema
from indexer.analysis import ANALYZERS
from indexer.model import Article, Assignment, Citation
from indexer.schema import ANALYSED, FACETS, FIELDS, SCORED, fingerprint

FULL = Article(
    id="2018-03-alliance",
    title="Alliance",
    month="2018-03",
    year=2018,
    citation=Citation(
        "Flückiger, C. (2017). Printed. Psychotherapy.", ("Flückiger, C.",), study_year=2017, journal="Psychotherapy"
    ),
    summary=("One.", "Two."),
    implications=("Three.",),
    email="Author email: c@example.org",
    topics=(Assignment("grief", "rules"), Assignment("alliance", "rules"), Assignment("grief", "page")),
    research_type=Assignment("meta-analysis", "page"),
)


def values(article: Article) -> dict[str, tuple[str, ...]]:
    return {field.name: field.values(article) for field in FIELDS}


def test_the_fields_by_use_are_the_ones_the_design_names() -> None:
    by_use = {use: [field.name for field in FIELDS if field.use == use] for use in ("scored", "filter", "facet")}
    assert by_use == {
        "scored": ["title", "summary", "implications", "citation"],
        "filter": ["author", "journal"],
        "facet": ["topic", "type", "year"],
    }
    assert list(SCORED) == by_use["scored"]
    assert list(ANALYSED) == by_use["scored"] + by_use["filter"]
    assert list(FACETS) == by_use["facet"]


def test_every_field_of_an_article_comes_from_its_own_place() -> None:
    assert values(FULL) == {
        "title": ("Alliance",),
        "summary": ("One.", "Two."),
        "implications": ("Three.",),
        "citation": ("Flückiger, C. (2017). Printed. Psychotherapy.", "Author email: c@example.org"),
        "author": ("Flückiger, C.",),
        "journal": ("Psychotherapy",),
        "topic": ("alliance", "grief"),
        "type": ("meta-analysis",),
        "year": ("2018",),  # of the digest; the study's is searched in the citation
    }


def test_an_article_without_anything_has_no_value_in_any_field() -> None:
    assert set(values(Article("bare", "")).values()) == {()}


def test_an_e_mail_line_is_searched_also_without_a_reference() -> None:
    assert values(replace(FULL, citation=None))["citation"] == ("Author email: c@example.org",)


def test_analysed_fields_name_an_analyzer_and_facets_none() -> None:
    for field in FIELDS:
        assert (field.analyzer is None) == (field.use == "facet")
        assert field.analyzer is None or field.analyzer in ANALYZERS
        assert field.why


def test_the_fingerprint_changes_with_the_fields_and_with_the_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {fingerprint()}
    assert fingerprint() in seen
    monkeypatch.setattr(schema, "INDEX_VERSION", schema.INDEX_VERSION + 1)
    seen.add(fingerprint())
    monkeypatch.setattr(schema, "FIELDS", FIELDS[:-1])
    seen.add(fingerprint())
    monkeypatch.setattr(schema, "FIELDS", (replace(FIELDS[0], analyzer="names"), *FIELDS[1:-1]))
    seen.add(fingerprint())
    assert len(seen) == 4
    assert all(len(digits) == 16 and int(digits, 16) >= 0 for digits in seen)
