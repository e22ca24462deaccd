"""Step 4: a librarian's corrections: which are accepted, what they change, what record and run say of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from shown import DOI, OTHER_DOI, VOCABULARY, Shown, capture, reference, text, told

from indexer.build import Options, build_from_pages
from indexer.config import Config
from indexer.errors import ConfigError, InputError
from indexer.generations import current_name
from indexer.ingest import ingest_pages
from indexer.model import Article, Assignment, Override, Page, Problem
from indexer.overrides import read_overrides
from indexer.records import Ingest, parse_record, record_line
from indexer.update import update

SHIPPED = Path(__file__).resolve().parents[2] / "corpus" / "overrides.toml"
REASON = 'why = "The page is wrong."\nwho = "R. Roe"\ndate = 2020-11-22\n'
VIDEO = "2020-07-video-terapy"


def entry(field: str, value: str, doc_id: str = VIDEO) -> str:
    """One entry of the file; `value` as TOML writes it."""
    return f'[[override]]\nid = "{doc_id}"\nfield = "{field}"\nvalue = {value}\n{REASON}'


def page(at: str = "2020-08-01", *digests: Shown) -> Page:
    return capture(f"{at}.txt", *(digests or (Shown("Video Terapy"),)), at=at)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "overrides.toml"


def ingest(file: Path, content: str, *pages: Page) -> Ingest:
    file.write_text(content, encoding="utf-8")
    return ingest_pages(pages or [page()], VOCABULARY, overrides=read_overrides(file, VOCABULARY))


def only(found: Ingest) -> Article:
    (article,) = found.articles
    return article


# --- what a correction changes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("email", '"Author email: r@example.org"', "Author email: r@example.org"),
        ("summary", '"""One.\n\nTwo\nlines."""', ("One.", "Two lines.")),
        ("summary", '["One.", "Two."]', ("One.", "Two.")),
        ("implications", "[]", ()),
        ("citation", '""', None),
    ],
)
def test_a_correction_sets_its_field_and_nothing_else(field: str, value: str, expected: object, file: Path) -> None:
    before, after = only(ingest(file, "")), only(ingest(file, entry(field, value)))
    assert getattr(after, field) == expected
    unchanged = ("id", "title", "month", "captures", "former_ids", "citation", "summary", "implications", "email")
    assert [name for name in unchanged if getattr(before, name) != getattr(after, name)] == [field]


def test_the_record_remembers_what_was_replaced_and_by_whom_and_survives_export(file: Path) -> None:
    article = only(ingest(file, entry("title", '"Video Therapy"')))
    override = Override("title", "The page is wrong.", "R. Roe", "2020-11-22", ("Video Terapy",))
    assert article.overrides == (override,)
    assert parse_record(record_line(article)) == article
    broken = record_line(article).replace('"who": "R. Roe"', '"who": ""')
    with pytest.raises(ValueError, match="an override lacks"):
        parse_record(broken)


def test_a_corrected_title_or_month_gives_a_new_id_and_keeps_the_former(file: Path) -> None:
    found = ingest(file, entry("title", '"Video Therapy"') + entry("month", '"2020-08"'))
    assert (only(found).id, only(found).former_ids, only(found).year) == ("2020-08-video-therapy", (VIDEO,), 2020)
    assert told(found) == [("overridden", "note"), ("overridden", "note")]
    assert "by R. Roe on 2020-11-22: The page is wrong." in found.problems[0].message


@pytest.mark.parametrize("doc_id", [VIDEO, "2020-07-video-therapy", "2020-07-a-film"], ids=["former", "page's", "own"])
def test_a_digest_may_be_named_by_any_id_that_it_has_or_had(doc_id: str, file: Path) -> None:
    pages = [page("2020-08-01"), page("2020-09-01", Shown("Video Therapy"))]
    corrections = entry("title", '"A Film"', "2020-07-video-therapy") + entry("month", '"2020-06"', doc_id)
    article = only(ingest(file, corrections, *pages))
    assert (article.id, article.former_ids) == ("2020-06-a-film", ("2020-07-video-therapy", VIDEO))


def test_topics_follow_from_the_corrected_text_and_can_be_set_themselves(file: Path) -> None:
    # 2 + 2.5 + 1.5 of the rules of the topic "depression" reach its threshold of 5
    about_depression = '"Adults with depression, a depressive disorder, took part. They were depressed."'
    assert only(ingest(file, entry("summary", about_depression))).topics[0].value == "depression"
    found = ingest(file, entry("topics", '["depression", "attachment"]') + entry("research_type", '"meta-analysis"'))
    why = ("The page is wrong.",)
    assert only(found).topics == (
        Assignment("attachment", "override", why),
        Assignment("depression", "override", why),
    )
    assert only(found).research_type == Assignment("meta-analysis", "override", why)


def test_a_doi_is_corrected_within_its_citation_and_its_warning_goes(file: Path) -> None:
    broken = page("2020-08-01", Shown("Video Terapy", doi="10.1037/ pst0000001"))
    assert told(ingest(file, "", broken)) == [("malformed-doi", "warning")]
    found = ingest(file, entry("doi", f'"https://doi.org/{OTHER_DOI}"'), broken)
    citation = only(found).citation
    assert citation is not None
    assert (citation.doi, citation.printed) == (OTHER_DOI, reference("10.1037/ pst0000001"))
    assert only(found).overrides[0].replaced == ()
    assert told(found) == [("overridden", "note")]


def test_a_correction_settles_the_conflict_about_its_field(file: Path) -> None:
    pages = [page("2020-08-01"), page("2020-09-01", Shown("Video Terapy", doi=OTHER_DOI))]
    assert told(ingest(file, "", *pages)) == [("conflict", "warning")]
    assert told(ingest(file, entry("citation", f'"{reference(DOI)}"'), *pages)) == [("overridden", "note")]


# --- corrections that have nothing to do -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("correction", "reason"),
    [
        (entry("title", '"T"', "2020-07-nowhere"), "no digest has or had this id"),
        (entry("title", '"Video Terapy"'), "it says so without the correction"),
        (entry("doi", f'"{DOI}"'), "it says so without the correction"),
        (entry("title", '"Other"'), "another digest has the id '2020-07-other'"),
        (entry("doi", f'"{DOI}"', "2020-07-other"), "the digest has no citation"),
    ],
)
def test_a_correction_that_changes_nothing_is_a_warning_with_its_reason(
    correction: str, reason: str, file: Path
) -> None:
    digests = page("2020-08-01", Shown("Video Terapy"), Shown("Other", body=text(2), doi=None))
    found = ingest(file, correction, digests)
    assert [article.overrides for article in found.articles] == [(), ()]
    assert [article.id for article in found.articles] == ["2020-07-other", VIDEO]
    assert told(found, "no-citation") == [("unused-override", "warning")]
    (problem,) = [problem for problem in found.problems if problem.code == "unused-override"]
    assert reason in problem.message and "Override 1" in problem.message and problem.path == "overrides.toml"


def test_of_two_corrections_of_one_field_under_two_ids_the_first_holds(file: Path) -> None:
    pages = [page("2020-08-01"), page("2020-09-01", Shown("Video Therapy"))]
    found = ingest(file, entry("title", '"A"') + entry("title", '"B"', "2020-07-video-therapy"), *pages)
    assert only(found).title == "A"
    assert told(found) == [("moved", "note"), ("overridden", "note"), ("unused-override", "warning")]


def test_an_id_that_was_one_digests_and_becomes_anothers_is_the_latters(file: Path) -> None:
    pages = [
        page("2020-08-01", Shown("Video"), Shown("Other", body=text(2), doi=OTHER_DOI)),
        page("2020-09-01", Shown("Film")),
    ]
    found = ingest(file, entry("title", '"Video"', "2020-07-other"), *pages)
    assert {article.id: article.former_ids for article in found.articles} == {
        "2020-07-film": (),
        "2020-07-video": ("2020-07-other",),
    }
    assert told(found) == [("former-id-taken", "warning"), ("moved", "note"), ("overridden", "note")]


# --- files that cannot be used ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[override]", "is not TOML"),
        ("override = 1", "must be [[override]]"),
        ("override = [1]", "override 1 is not a table"),
        ("[other]", "unknown key 'other'"),
        (entry("title", '"T"') + "by = 1\n", "override 1: unknown key 'by'"),
        (entry("title", '"T"').replace(REASON, ""), "override 1: 'why' is missing"),
        (entry("title", '"T"').replace('"R. Roe"', '" "'), "override 1: who = ' '"),
        (entry("title", '"T"').replace("2020-11-22", '"yesterday"'), "date = 'yesterday' is not a day"),
        (entry("colour", '"T"'), f"override 1 ('{VIDEO}'): 'colour' is no field. Known are title, month"),
        (entry("title", "5"), "value = 5 cannot be the title"),
        (entry("title", '["T"]'), "cannot be the title"),
        (entry("title", '""'), "the title of a digest cannot be empty"),
        (entry("title", f'"{"T" * 201}"'), "201 characters"),
        (entry("month", '"July 2020"'), "'July 2020' is no month"),
        (entry("month", '"2020-13"'), "'2020-13' is no month"),
        (entry("citation", f'"{"T" * 2001}"'), "over 2,000 characters"),
        (entry("doi", '"pst0000172"'), "holds no DOI"),
        (entry("topics", '["weather"]'), "'weather' is no slug of topics.toml"),
        (entry("research_type", '"weather"'), "'weather' is no slug of topics.toml"),
        (entry("research_type", '""'), "cannot be empty"),
        (entry("title", '"T"') + entry("title", '"U"'), "override 2 corrects the title"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_remedy(content: str, message: str, file: Path) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_overrides(file, VOCABULARY)
    assert str(error.value).startswith(str(file)) and message in str(error.value)


def test_the_shipped_file_explains_the_format_and_corrects_nothing(file: Path) -> None:
    assert read_overrides(SHIPPED, VOCABULARY) == ()
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    example = [
        line.removeprefix("#   ")
        for line in lines[4 : lines.index("# All six keys are needed. Fields and their values:")]
    ]
    file.write_text("\n".join(line for line in example if line != "#"), encoding="utf-8")
    (correction,) = read_overrides(file, VOCABULARY)
    assert (correction.field, correction.value, correction.date) == (
        "title",
        ("Video Therapy and the Alliance",),
        "2020-11-22",
    )


# --- in a run --------------------------------------------------------------------------------------------------------


def test_a_run_takes_the_file_of_the_corpus_folder_and_an_update_gives_what_a_build_gives(tmp_path: Path) -> None:
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    pages = config.corpus / "pages"
    pages.mkdir(parents=True)
    (pages / "july.txt").write_bytes(page("a", Shown("Video Terapy"), Shown("Other", body=text(2), doi=None)).content)
    before = build_from_pages(config, [], print).generation.name
    (config.corpus / "overrides.toml").write_text(entry("month", '"July"'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"corpus.overrides\.toml: override 1 .*'July' is no month"):
        update(config, [], print)
    assert current_name(config.index) == before
    (config.corpus / "overrides.toml").write_text(entry("month", '"2020-06"'), encoding="utf-8")
    assert update(config, [], print).run.ingest.articles[0].id == "2020-06-video-terapy"
    (config.corpus / "overrides.toml").write_text(
        entry("month", '"2020-06"') + entry("summary", '"Short."'), encoding="utf-8"
    )
    run = update(config, [], print).run
    assert [article.id for article in run.ingest.articles] == ["2020-06-video-terapy", "2020-07-other"]
    assert run.ingest.articles[0].summary == ("Short.",)
    records = (run.generation.folder / "articles.jsonl").read_bytes()
    assert (build_from_pages(config, [], print).generation.folder / "articles.jsonl").read_bytes() == records
    assert update(config, [], print).run.is_new is False


def test_strict_switches_to_nothing_when_a_correction_had_nothing_to_do(tmp_path: Path) -> None:
    config = Config(corpus=tmp_path / "corpus", index=tmp_path / "index")
    (config.corpus / "pages").mkdir(parents=True)
    (config.corpus / "pages" / "july.txt").write_bytes(page().content)
    overrides = config.corpus / "overrides.toml"
    overrides.write_text(entry("title", '"T"', "2020-07-nowhere"), encoding="utf-8")
    told: list[Problem] = []
    with pytest.raises(InputError, match=r"(?s)Nothing was switched.*unused-override \(1\)"):
        build_from_pages(config, [], told.append, Options(strict=True))
    assert "unused-override" in [problem.code for problem in told]
    assert current_name(config.index) is None
    overrides.write_text(entry("title", '"T"'), encoding="utf-8")
    assert build_from_pages(config, [], told.append, Options(strict=True)).ingest.articles[0].id == "2020-07-t"
