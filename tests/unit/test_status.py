"""`history`, `status`, `check` and `rollback` as a librarian meets them, over a library that updates made."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from indexer.cli import create_cli, run_cli
from indexer.config import Config
from indexer.generations import open_current
from indexer.status import read_status

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
BURNOUT = "2021-07-psychotherapist-burnout-affects-patient-outcomes"
CONFIG = Config(Path("corpus"), Path("index"))

Try = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Try:
    """Return a function: arguments -> (exit code, stdout, stderr), in a folder with an index of December 2020."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PPRSEARCH_")]:
        monkeypatch.delenv(name)

    def call_cli(*arguments: str | Path) -> tuple[int, str, str]:
        code = run_cli(create_cli(), [str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "unexpected error" not in printed.err, printed.err
        return code, printed.out, printed.err

    assert call_cli("update", _incoming(tmp_path, "2020-12.html"))[0] == 0
    return call_cli


def _incoming(folder: Path, name: str) -> Path:
    """Copy a page of the sample to where it is a page like any other."""
    (folder / "incoming").mkdir(exist_ok=True)
    shutil.copy(SAMPLE / name, folder / "incoming")
    return folder / "incoming" / name


# --- status ----------------------------------------------------------------------------------------------------------


def test_status_says_what_is_live_what_the_last_run_did_and_that_nothing_waits(call: Try) -> None:
    code, out, err = call("status")
    assert (code, err) == (0, "")
    assert re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", out).splitlines() == [
        "index: generation 000001 is live: 2 digests from pages, the newest of 2020-12.",
        "last run: update on TIME: 2 added, 0 changed, 0 removed, 0 unchanged, 0 skipped",
        "warnings: none",
        "captures in use: 1",
    ]


def test_status_names_captures_that_wait_are_missing_or_were_set_aside(call: Try, tmp_path: Path) -> None:
    assert call("update", _incoming(tmp_path, "2021-07.html"))[0] == 0
    assert call("rollback")[0] == 0
    shutil.copy(SAMPLE / "2018-01.html", "corpus/pages")
    Path("corpus/pages/2020-12.html").unlink()
    out = call("status")[1]
    assert "captures waiting for an update: 1 (2018-01.html); take them with: pprsearch update\n" in out
    assert "captures missing in corpus/pages: 1 (2020-12.html); put them back from your backup\n" in out
    assert (
        "captures set aside: 1 (2021-07.html (by undoing 000002)); take one back by naming it: pprsearch update FILE\n"
        in out
    )


def test_what_waits_waits_no_longer_after_an_update(call: Try) -> None:
    shutil.copy(SAMPLE / "2018-01.html", "corpus/pages")
    assert read_status(CONFIG).waiting == ("2018-01.html",)
    assert call("update")[0] == 0
    status = read_status(CONFIG)
    assert (status.waiting, status.captures, status.generation) == ((), 2, "000002")


def test_a_capture_that_is_set_aside_is_left_out_until_it_is_named(call: Try, tmp_path: Path) -> None:
    page = _incoming(tmp_path, "2021-07.html")
    for command in (("update", page), ("rollback",), ("update",)):
        assert call(*command)[0] == 0
    assert BURNOUT not in call("export")[1]
    assert [one.path for one in read_status(CONFIG).set_aside] == ["2021-07.html"]
    assert call("update", "corpus/pages/2021-07.html")[0] == 0
    assert BURNOUT in call("export")[1]
    assert read_status(CONFIG).set_aside == ()


def test_status_names_digests_that_are_gone_with_the_reason(call: Try, tmp_path: Path) -> None:
    call("update", _incoming(tmp_path, "2021-07.html"))
    assert call("remove", BURNOUT, "--reason", "Asked for.")[0] == 0
    assert f"digests that are gone: 1 ({BURNOUT}: Asked for.)" in call("status")[1]
    call("rollback")
    assert "gone" not in call("status")[1]


def test_status_says_why_searches_are_slow_and_what_mends_it(call: Try) -> None:
    (open_current(Path("index")).folder / "compiled.arrays").unlink()
    line = call("status")[1].splitlines()[-1]
    assert line.startswith("searches are slower than they could be: ") and "pprsearch compile --index index" in line
    call("compile")
    assert "slower" not in call("status")[1]


def test_status_says_that_a_run_is_at_work_and_does_not_disturb_it(call: Try) -> None:
    with FileLock("index/lock"):
        assert call("status")[1].splitlines()[-1] == "a run is writing to the index now"
    assert not read_status(CONFIG).is_writing


def test_status_for_machines_is_complete(call: Try) -> None:
    (Path("incoming") / "bad.html").write_bytes(b"")
    assert call("update", "incoming")[0] == 3
    shutil.copy(SAMPLE / "2018-01.html", "corpus/pages")
    call("update")
    code, out, _ = call("status", "--json")
    facts = json.loads(out)
    assert (code, facts["generation"], facts["digests"], facts["captures"]) == (0, "000002", 4, 2)
    assert [change["id"][:7] for change in facts["run"]["added"]] == ["2018-01", "2018-01"]
    assert facts["set_aside"] == facts["waiting"] == facts["tombstones"] == []


def test_status_of_an_index_of_the_sample_counts_no_capture_as_missing(call: Try) -> None:
    call("build", SAMPLE / "2018-01.html")
    status = read_status(CONFIG)
    assert (status.source, status.missing, status.waiting) == ("sample", (), ("2020-12.html",))


@pytest.mark.parametrize("command", ["status", "history", "check", "rollback"])
def test_without_an_index_each_names_the_command_that_makes_one(command: str, call: Try) -> None:
    code, out, err = call(command, "--index", "nowhere")
    assert (code, out) == (1, "")
    assert err.startswith("pprsearch: There is no ") and "pprsearch build --index nowhere" in err
    assert not Path("nowhere").exists()


# --- history ---------------------------------------------------------------------------------------------------------


def test_history_lists_runs_newest_first_and_marks_the_live_one(call: Try, tmp_path: Path) -> None:
    call("update", _incoming(tmp_path, "2021-07.html"))
    call("rollback")
    lines = [re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line) for line in call("history")[1].splitlines()]
    assert [" ".join(line.split()) for line in lines] == [
        "000003 live TIME rollback to 000001, after 000002: 2 digests from pages (+0 ~0 -1), 0 warnings",
        "000002 TIME update, after 000001: 3 digests from pages (+1 ~0 -0), 0 warnings",
        "000001 TIME update: 2 digests from pages (+2 ~0 -0), 0 warnings",
    ]


def test_history_for_machines_has_every_change(call: Try) -> None:
    (entry,) = json.loads(call("history", "--json")[1])
    assert (entry["name"], entry["is_live"], entry["articles"]) == ("000001", True, 2)
    assert [change["id"][:7] for change in entry["run"]["added"]] == ["2020-12", "2020-12"]


def test_history_of_a_damaged_generation_says_what_cannot_be_read(call: Try) -> None:
    (open_current(Path("index")).folder / "manifest.json").write_text("")
    code, out, _ = call("history")
    assert code == 0 and "manifest.json is missing or damaged" in out


# --- check and rollback ----------------------------------------------------------------------------------------------


def test_check_says_what_it_compared_and_ends_with_0_when_all_is_sound(call: Try) -> None:
    code, out, err = call("check")
    assert (code, err) == (0, "")
    assert re.fullmatch(
        r"generation 000001: \d+ files compared, and 1 capture\.\nAll of them are what was written\.\n", out
    )


def test_check_names_each_damage_with_its_mend_and_ends_with_1(call: Try) -> None:
    (open_current(Path("index")).folder / "articles.jsonl").write_bytes(b"")
    (Path("corpus") / "pages" / "2020-12.html").unlink()
    code, out, err = call("check")
    assert code == 1 and "2 differ" in out
    first, second = err.splitlines()
    assert first.startswith("damaged: index/generations/000001/articles.jsonl: It has 0 bytes; ")
    assert first.endswith("Build it again with: pprsearch build --index index")
    assert second.startswith(
        "damaged: corpus/pages/2020-12.html: It is missing or cannot be read. Put the capture back"
    )


def test_rollback_says_what_it_undid_and_what_it_set_aside(call: Try, tmp_path: Path) -> None:
    call("update", _incoming(tmp_path, "2021-07.html"))
    code, out, err = call("rollback")
    assert (code, err) == (0, "")
    assert re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", out).splitlines() == [
        "index: generation 000003 is live, with the 2 digests of 000001.",
        "undone: 000002 (update of TIME: 1 added, 0 changed, 0 removed)",
        "set aside: 2021-07.html",
    ]


def test_rollback_warns_when_it_cannot_know_what_the_undone_run_brought(call: Try, tmp_path: Path) -> None:
    call("update", _incoming(tmp_path, "2021-07.html"))
    (open_current(Path("index")).folder / "report.json").unlink()
    code, _, err = call("rollback")
    assert code == 3
    assert "the report of 000002 cannot be read" in err and err.endswith("[captures-unknown]\n")


def test_rollback_is_refused_with_a_reason_where_there_is_nothing_before(call: Try) -> None:
    code, out, err = call("rollback")
    assert (code, out) == (1, "")
    assert err.startswith("pprsearch: Generation 000001 is the first of those that are kept")


# --- archives --------------------------------------------------------------------------------------------------------


def _warc_record(page: Path) -> bytes:
    """A page as a web archive holds it."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.read_bytes()
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://blog.example/{page.name}\r\n"
        f"WARC-Date: 2026-11-22T10:11:12Z\r\nWARC-Record-ID: <urn:x:{page.name}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def test_an_archive_is_named_once_as_the_file_that_it_is_and_taken_back_by_that_name(call: Try) -> None:
    records = [gzip.compress(_warc_record(SAMPLE / name)) for name in ("2018-01.html", "2021-07.html")]
    Path("incoming/walk.warc.gz").write_bytes(b"".join(records))
    assert call("update", "incoming/walk.warc.gz")[0] == 0
    assert read_status(CONFIG).captures == 3
    assert call("check")[0] == 0
    assert call("rollback")[1].splitlines()[2:] == ["set aside: walk.warc.gz"]
    assert "captures set aside: 1 (walk.warc.gz (by undoing 000002));" in call("status")[1]
    assert "nothing changed" in call("update")[1]
    assert call("update", "incoming/walk.warc.gz")[0] == 0
    assert (read_status(CONFIG).captures, read_status(CONFIG).set_aside) == (3, ())
    Path("corpus/pages/walk.warc.gz").unlink()
    assert "captures missing in corpus/pages: 1 (walk.warc.gz);" in call("status")[1]
    assert call("check")[2].count("walk.warc.gz#") == 2
