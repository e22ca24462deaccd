"""A librarian's run: which inputs are read, when an index is made anew, and which index is never replaced."""

from __future__ import annotations

import gzip
import io
import shutil
from pathlib import Path

import pytest

from indexer.build import build_from_pages, build_from_records
from indexer.config import Config
from indexer.errors import IndexDamagedError, InputError
from indexer.export import FORMATS, write_jsonl
from indexer.generations import current_name, open_current
from indexer.model import Problem
from indexer.update import build_if_changed

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A corpus folder with one page of its own and without tables, and no index yet."""
    (tmp_path / "corpus" / "pages").mkdir(parents=True)
    shutil.copy(SAMPLE / "2018-01.html", tmp_path / "corpus" / "pages")
    return Config(corpus=tmp_path / "corpus", index=tmp_path / "index")


def _ignore(problem: Problem) -> None:
    """Take a problem without a word."""


def _export(config: Config) -> str:
    stream = io.StringIO()
    write_jsonl(open_current(config.index), stream)
    return stream.getvalue()


def _update(config: Config) -> tuple[bool, str]:
    """Return whether something was built, and what was told."""
    told: list[str] = []
    return build_if_changed(config, _ignore, told.append) is not None, " ".join(told)


def test_without_paths_exactly_the_pages_of_the_corpus_are_read(config: Config) -> None:
    (config.corpus / "stray.html").write_bytes((SAMPLE / "2018-02.html").read_bytes())
    run = build_from_pages(config, [], _ignore)
    assert [page.path for page in run.ingest.pages] == ["2018-01.html"]
    assert (run.generation.source, {article.month for article in run.ingest.articles}) == ("pages", {"2018-01"})


def test_without_a_folder_of_pages_the_message_names_it_and_the_sample(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder .*pages.*pprsearch build PATH.*sample"):
        build_from_pages(Config(corpus=tmp_path, index=tmp_path / "i"), [], _ignore)


def test_the_sample_is_never_merged_with_other_pages(config: Config) -> None:
    mixtures = ([SAMPLE, config.corpus / "pages"], [ROOT], [ROOT / "corpus"], [SAMPLE / "2018-01.html", config.corpus])
    for paths in mixtures:
        with pytest.raises(InputError, match="never merged"):
            build_from_pages(config, paths, _ignore)
    assert current_name(config.index) is None
    assert build_from_pages(config, [SAMPLE / "2018-01.html"], _ignore).generation.source == "sample"


def test_problems_are_told_also_when_the_run_then_fails(config: Config) -> None:
    told: list[Problem] = []
    with pytest.raises(InputError):
        build_from_pages(config, [config.corpus / "nowhere.html"], told.append)
    assert [(problem.code, problem.level) for problem in told] == [("missing", "skipped")]


def test_records_are_the_same_after_export_and_build_from_records(config: Config, tmp_path: Path) -> None:
    build_from_pages(config, [SAMPLE], _ignore)
    first = _export(config)
    assert len(first.splitlines()) == 29
    for name, content in (("r.jsonl", first.encode()), ("r.jsonl.gz", gzip.compress(first.encode()))):
        (tmp_path / name).write_bytes(content)
        run = build_from_records(config, tmp_path / name, _ignore)
        assert (run.generation.source, _export(config)) == ("records", first)


def test_plain_records_become_full_ones_and_then_stay_the_same(config: Config, tmp_path: Path) -> None:
    odd = r'{"id": "b", "title": "“Odd” \u2028 title", "text": "One.\n\nTwo – “quoted”.\u0000"}'
    (tmp_path / "r.jsonl").write_text(odd + '\n{"id": "a", "text": ""}\n', encoding="utf-8")
    build_from_records(config, tmp_path / "r.jsonl", _ignore)
    first = _export(config)
    (tmp_path / "again.jsonl").write_bytes(first.encode())
    build_from_records(config, tmp_path / "again.jsonl", _ignore)
    assert _export(config) == first
    assert first.count("\n") == 2


def test_every_format_of_export_is_a_function_over_one_generation(config: Config) -> None:
    build_from_pages(config, [], _ignore)
    for write in FORMATS.values():
        stream = io.StringIO()
        write(open_current(config.index), stream)
        assert stream.getvalue()


# --- serve --build ---------------------------------------------------------------------------------------------------


def test_an_update_builds_once_and_again_only_when_a_page_or_the_topics_change(config: Config) -> None:
    assert _update(config) == (True, f"Indexing the pages in {config.corpus / 'pages'}.")
    assert _update(config) == (False, "")
    shutil.copy(SAMPLE / "2018-02.html", config.corpus / "pages")
    assert _update(config)[0]
    assert not _update(config)[0]
    shutil.copy(ROOT / "corpus" / "topics.toml", config.corpus)
    assert not _update(config)[0], "the same table in another place is no change"
    with (config.corpus / "topics.toml").open("a") as table:
        table.write("# a remark\n")
    assert _update(config)[0]
    assert not _update(config)[0]


def test_a_build_without_paths_is_what_an_update_compares_with(config: Config) -> None:
    build_from_pages(config, [], _ignore)
    assert _update(config) == (False, "")


def test_without_captures_the_sample_is_indexed_until_there_are_some(config: Config) -> None:
    (config.corpus / "pages" / "2018-01.html").unlink()
    built, told = _update(config)
    assert built
    assert "indexing the sample" in told
    assert open_current(config.index).source == "sample"
    assert _update(config) == (False, "")
    shutil.copy(SAMPLE / "2018-02.html", config.corpus / "pages")
    assert _update(config)[0]
    assert open_current(config.index).source == "pages"


def test_an_index_of_pages_is_kept_when_the_pages_are_gone(config: Config) -> None:
    _update(config)
    shutil.rmtree(config.corpus / "pages")
    built, told = _update(config)
    assert not built
    assert "the index that was built from them is kept" in told
    assert f"pprsearch build {SAMPLE}" in told


def test_an_index_of_inputs_that_were_named_is_kept(config: Config, tmp_path: Path) -> None:
    build_from_pages(config, [SAMPLE / "2018-02.html"], _ignore)
    assert _update(config) == (
        False,
        "The index was built from inputs that were named, and is kept. To replace it: pprsearch build",
    )


def test_a_damaged_index_is_made_anew_unless_it_was_built_from_inputs_that_were_named(config: Config) -> None:
    _update(config)
    (open_current(config.index).folder / "articles.jsonl").write_text("")
    built, told = _update(config)
    assert built
    assert "articles.jsonl is damaged" in told
    named = build_from_pages(config, [SAMPLE / "2018-02.html"], _ignore)
    (named.generation.folder / "articles.jsonl").write_text("")
    with pytest.raises(IndexDamagedError):
        _update(config)
    assert current_name(config.index) == named.generation.name
