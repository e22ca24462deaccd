"""One record by its id, present or former, also when its generation is pruned meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import NotFoundError
from indexer.model import Article, Capture
from indexer.record_file import RecordFile
from indexer.records import record_line

OLD, NEW = Article("2018-01-a", "Ä"), Article("2020-07-b", "B", former_ids=("2020-06-b", "2020-06-bb"))
DATED = Article("2021-01-c", "C", captures=(Capture("p.html", "0" * 64, fetched_at="2021-02-03T04:05:06Z"),))


@pytest.fixture
def records(tmp_path: Path) -> RecordFile:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(record_line(article) for article in (OLD, NEW, DATED)), encoding="utf-8")
    return RecordFile(path)


def test_a_record_comes_back_as_it_was_written_whatever_stands_around_it(records: RecordFile) -> None:
    assert [records.article(article.id) for article in (DATED, OLD, NEW)] == [DATED, OLD, NEW]


def test_an_unknown_id_is_an_error_that_says_what_to_do(records: RecordFile) -> None:
    with pytest.raises(NotFoundError, match="There is no digest '2020-06-b'"):
        records.article("2020-06-b")


def test_former_ids_lead_to_the_present_one(records: RecordFile) -> None:
    asked = ["2020-07-b", "2020-06-b", "2020-06-bb", "2019-01-x"]
    assert [records.current_id(doc_id) for doc_id in asked] == ["2020-07-b", "2020-07-b", "2020-07-b", None]


def test_the_day_of_a_capture_is_what_the_capture_says_and_nothing_else(records: RecordFile) -> None:
    assert records.capture_dates(["2021-01-c", "2018-01-a"]) == [("2021-01-c", "2021-02-03"), ("2018-01-a", "")]


def test_records_can_be_read_when_their_file_is_gone(records: RecordFile, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").unlink()
    assert records.article("2018-01-a") == OLD
    records.close()
