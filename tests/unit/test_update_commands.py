"""`pprsearch update`, `remove` and `build` on the screen: what is printed, which exit code, and how far a run is."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from indexer import create_cli, run_cli
from indexer.commands.running import show_progress

SAMPLE = Path(__file__).resolve().parents[2] / "corpus" / "sample"
ALLIANCE = "2018-03-therapeutic-alliance-predicts-client-outcomes-in-cbt"


class Library:
    """A librarian's folder with an inbox of copied pages, and the commands run in it."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        for name in ("2018-03", "2018-04", "2020-12", "2021-07"):
            shutil.copy(SAMPLE / f"{name}.html", self.inbox)
        self._capture = capture

    def run(self, *arguments: str) -> tuple[int, list[str], str]:
        """Return exit code, lines of standard output, and standard error."""
        code = run_cli(create_cli(), list(arguments))
        out, err = self._capture.readouterr()
        return code, out.splitlines(), err


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Library:
    monkeypatch.chdir(tmp_path)
    return Library(tmp_path, capsys)


def test_an_update_says_what_was_stored_what_changed_and_what_is_live(library: Library) -> None:
    code, out, err = library.run("update", "inbox/2018-03.html", "inbox/2018-04.html")
    assert (code, err) == (0, "")
    assert out == [
        "2 new captures for corpus/pages (2018-03.html, 2018-04.html).",
        "2 digests from 2 pages.",
        "index: generation 000001 is live.",
    ]
    code, out, err = library.run("update", "inbox")
    assert (code, err) == (0, "")
    assert out[:3] == [
        "2 new captures for corpus/pages (2020-12.html, 2021-07.html); 2 there already (2018-03.html, 2018-04.html).",
        "Pages: 2 added, 0 removed, 2 unchanged.",
        "Digests: 3 added, 0 changed, 0 removed, 2 unchanged.",
    ]
    assert len([line for line in out if line.startswith("  + 20")]) == 3
    assert out[-1] == "index: generation 000002 is live."


def test_with_nothing_new_it_says_so_and_that_is_no_failure(library: Library) -> None:
    library.run("update", "inbox")
    for arguments in (("update", "inbox"), ("update",)):
        code, out, err = library.run(*arguments)
        assert (code, out[-1], err) == (0, "index: nothing changed, generation 000001 stays live.", "")


def test_new_warnings_and_refused_files_give_exit_code_3_and_old_ones_do_not(library: Library) -> None:
    (library.inbox / "odd.txt").write_text("No month stands here.\n", encoding="utf-8")
    code, out, err = library.run("update", "inbox", "nowhere.html")
    assert code == 3
    assert [line.partition(":")[0] + line[line.rindex("[") :] for line in err.splitlines()] == [
        "skipped[missing]",
        "skipped[no-month]",
    ]
    assert out[-1] == "2 warnings, listed above and in index/generations/000001/report.json."
    assert library.run("update")[0] == 0
    assert library.run("update", "nowhere.html")[0] == 3
    assert library.run("build")[0] == 3, "a build tells all of them again"


def test_a_dry_run_prints_the_report_and_leaves_nothing(library: Library, tmp_path: Path) -> None:
    code, out, _ = library.run("update", "--dry-run", "inbox")
    assert (code, out[-1]) == (0, "index: nothing was stored, nothing was switched: this was a dry run.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inbox"]
    library.run("update", "inbox/2018-03.html")
    dry = library.run("update", "--dry-run", "inbox")[1]
    assert dry[:-1] == library.run("update", "inbox")[1][:-1]


def test_too_many_removals_are_exit_code_1_and_the_command_in_the_message_does_it(
    library: Library, tmp_path: Path
) -> None:
    for path in SAMPLE.glob("*.html"):
        shutil.copy(path, library.inbox)
    library.run("update", "inbox")
    shutil.rmtree(tmp_path / "corpus" / "pages")
    code, _, err = library.run("update", "inbox/2018-03.html")
    assert code == 1
    assert "This run would remove 28 of 29 digests, so the index stays as it is." in err
    command = err.strip().rpartition("pprsearch ")[2].split()
    assert command == ["update", "--allow-removals", "28"]
    code, out, _ = library.run(*command)
    assert (code, out[1]) == (0, "Digests: 0 added, 0 changed, 28 removed, 1 unchanged.")


def test_strict_switches_to_nothing_and_names_the_codes(library: Library) -> None:
    (library.inbox / "odd.txt").write_text("No month stands here.\n", encoding="utf-8")
    for command in ("update", "build"):
        code, out, err = library.run(command, "--strict", "inbox")
        assert (code, out) == (1, [])
        assert "--strict allows no warning" in err
        assert "no-month (1)" in err


def test_a_digest_is_removed_with_a_reason_and_comes_back_on_request(library: Library) -> None:
    library.run("update", "inbox")
    code, out, _ = library.run("remove", ALLIANCE, "--reason", "Published by mistake.")
    assert code == 0
    assert out[1:] == [
        "Digests: 0 added, 0 changed, 1 removed, 4 unchanged.",
        f"  - {ALLIANCE}  “Therapeutic Alliance Predicts Client Outcomes in CBT” Published by mistake.",
        "index: generation 000002 is live.",
    ]
    assert library.run("remove", ALLIANCE, "--reason", "Again.")[0] == 1
    code, out, _ = library.run("remove", ALLIANCE, "--undo")
    assert (code, out[1]) == (0, "Digests: 1 added, 0 changed, 0 removed, 4 unchanged.")
    assert library.run("remove", ALLIANCE, "--undo")[0] == 1


@pytest.mark.parametrize("arguments", [(), ("--reason", " "), ("--reason", "Why.", "--undo")])
def test_a_removal_without_reason_is_wrong_usage(arguments: tuple[str, ...], library: Library) -> None:
    code, _, err = library.run("remove", ALLIANCE, *arguments)
    assert code == 2
    assert "--reason" in err


def test_a_build_beside_a_live_index_says_what_changed(library: Library) -> None:
    assert library.run("build", "inbox/2018-03.html")[1] == [
        "1 digest from 1 page.",
        "index: generation 000001 is live.",
    ]
    code, out, _ = library.run("build", "inbox/2018-04.html")
    assert (code, out[:3]) == (
        0,
        [
            "1 digest from 1 page.",
            "Pages: 1 added, 1 removed, 0 unchanged.",
            "Digests: 1 added, 0 changed, 1 removed, 0 unchanged.",
        ],
    )


# --- how far it is ---------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A standard error that is shown to a person."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_terminal_shows_a_bar_and_a_log_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, seconds, shown in (
        (Terminal(), 10, "Indexing digests  ["),
        (io.StringIO(), 0, "Indexing digests: 2 of 3\n"),
        (io.StringIO(), 10, ""),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(show_progress(iter("abc"), 3, "Indexing digests", seconds)) == ["a", "b", "c"]
        assert shown in stream.getvalue()
        assert bool(shown) == bool(stream.getvalue())
