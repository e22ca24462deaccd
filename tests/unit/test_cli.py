"""The command line as a user meets it: exit codes, messages, streams, help."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer.build import build_from_pages
from indexer.cli import COMMANDS, create_cli, run_cli
from indexer.config import Config

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpus" / "sample"
PPRSEARCH = [sys.executable, "-c", "from webui.cli import main; main()"]
OUTSIDE = {key: value for key, value in os.environ.items() if not key.startswith("PPRSEARCH_")}

Try = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the whole sample."""
    folder = tmp_path_factory.mktemp("cli") / "index"
    build_from_pages(Config(corpus=ROOT / "corpus", index=folder), [SAMPLE], lambda _: None)
    return folder


@pytest.fixture
def call(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Try:
    """Return a function: arguments -> (exit code, stdout, stderr), in an empty folder, with the index of the sample."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PPRSEARCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PPRSEARCH_INDEX", str(index))

    def call_cli(*arguments: str | Path) -> tuple[int, str, str]:
        code = run_cli(create_cli(), [str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert "unexpected error" not in printed.err
        return code, printed.out, printed.err

    return call_cli


def _run(*arguments: str | Path, folder: Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    settings: dict[str, Any] = {"cwd": folder, "env": OUTSIDE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [*PPRSEARCH, *map(str, arguments)]
    return subprocess.run(command, check=False, timeout=60, **{**settings, **options})


# --- usage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serch"], "There is no command 'serch'. Did you mean 'search'?"),
        (["bulid"], "Did you mean 'build'?"),
        (["xyz"], "The commands are: fetch, build, update, remove, search, explain, run, export,"),
        (["build", "--corups", "x"], "--corpus"),
        (["build", "x", "--records", "y"], "Give either pages or --records, not both."),
        (["build", "--index", ""], "must be the path of a folder"),
        (["search", "x", "--from", "abc"], "--from"),
        (["search", "x", "--from", "0"], "1<=x<=9999"),
        (["search", "x", "-n", "0"], "1<=x<=1000"),
        (["search", "x", "--sort", "size"], "'relevance', 'newest', 'oldest', 'title'"),
        (["search", "x", "--match", "some"], "'any', 'all'"),
        (["search", "x", "--page"], "--page"),
        (["run", "q.tsv"], "Missing option '-o'"),
        (["run", "-o", "r.txt"], "QUERIES.tsv"),
        (["export", "--format", "xml"], "jsonl"),
        (["config", "x"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_a_message_and_where_to_read_more(
    arguments: list[str], message: str, call: Try
) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "--help" in err


@pytest.mark.parametrize("word", ["-group", "-neuro", "-g", "-page", "-n1x"])
def test_a_minus_word_among_the_options_is_explained(word: str, call: Try) -> None:
    code, _, err = call("search", "therapy", word)
    assert code == 2
    assert "To exclude a word, put -- before the words: pprsearch search -- therapy -" in err


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_2(call: Try) -> None:
    code, _, err = call()
    assert code == 2
    assert all(name in err for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_fits_into_80_columns_and_says_what_the_command_is_for(name: str, call: Try) -> None:
    for flag in ("--help", "-h"):
        code, out, err = call(name, flag)
        assert (code, err) == (0, "")
        assert max(map(len, out.splitlines())) <= 80
        assert out.startswith(f"Usage: pprsearch {name}")
    assert out.splitlines()[2].endswith((".", ",", "it", "check", "and", "one", "as", "a"))


def test_the_version_is_printed(call: Try) -> None:
    code, out, _ = call("--version")
    assert code == 0
    assert re.fullmatch(r"pprsearch \d+\.\d+\.\d+\n", out)


# --- search ----------------------------------------------------------------------------------------------------------


def test_search_prints_json_with_exactly_the_promised_keys(call: Try) -> None:
    code, out, _ = call("search", "video", "therapy", "-n", "2", "--topic", "alliance", "--json")
    results = json.loads(out)
    assert code == 0
    assert set(results) == {"total", "total_all_words", "hits", "facets", "notices", "did_you_mean"}
    assert [set(hit) for hit in results["hits"]] == 2 * [
        {"rank", "doc_id", "title", "month", "score", "snippet", "missing"}
    ]
    assert [hit["rank"] for hit in results["hits"]] == [1, 2]
    assert [facet["name"] for facet in results["facets"]] == ["topic", "type", "year"]
    buckets = results["facets"][0]["buckets"]
    assert all(set(bucket) == {"value", "label", "count", "selected"} for bucket in buckets)
    assert [bucket["value"] for bucket in buckets if bucket["selected"]] == ["alliance"]
    assert results["total"] >= results["total_all_words"]


def test_all_arguments_are_words_and_options_may_stand_between_them(call: Try) -> None:
    split = json.loads(call("search", "video", "--json", "therapy")[1])
    assert split == json.loads(call("search", "video therapy", "--json")[1])


def test_excluded_words_stand_after_two_hyphens(call: Try) -> None:
    everything = json.loads(call("search", "--json", "therapy")[1])
    without = json.loads(call("search", "--json", "--", "therapy", "-group")[1])
    assert 0 < without["total"] < everything["total"]


def test_an_unknown_topic_is_a_note_on_standard_error_and_no_failure(call: Try) -> None:
    code, out, err = call("search", "therapy", "--topic", "aliance")
    assert (code, "digests" in out) == (0, True)
    assert "Did you mean 'alliance'?" in err


def test_an_unknown_profile_is_refused_with_the_known_ones(call: Try) -> None:
    code, out, err = call("search", "therapy", "--profile", "nope")
    assert (code, out) == (1, "")
    assert "Known ones: default" in err


@pytest.mark.parametrize("words", ["", '"', "---", "((([[[", "OR OR", "title:", "\x00", "\udcff", "🧠", "a" * 20_000])
def test_whatever_is_typed_as_words_is_answered(words: str, call: Try) -> None:
    assert call("search", "--json", "--", words)[0] == 0


def test_a_mistyped_question_is_searched_as_meant_and_said_to_be(call: Try) -> None:
    code, out, err = call("search", "theraputic", "aliance")
    meant = json.loads(call("search", "therapeutic alliance", "--json")[1])
    assert code == 0 and out.startswith(f"{meant['total']} digests")
    assert f"note: Did you mean: therapeutic alliance ({meant['total']} digests)\n" in err
    assert "note: “aliance” is not in the digests; “alliance” was searched instead" in err
    typed = json.loads(call("search", "theraputic aliance", "--json")[1])
    assert typed["did_you_mean"] == {"text": "therapeutic alliance", "total": meant["total"]}
    assert meant["did_you_mean"] is None


def test_search_explain_puts_the_tree_under_each_hit_and_into_the_json(call: Try) -> None:
    code, out, _ = call("search", "video", "therapy", "-n", "2", "--explain")
    assert (code, out.count("  score\n")) == (0, 2)
    assert re.search(r"^     Rank 2 of \d+: (mostly )?for “", out, flags=re.MULTILINE)
    hits = json.loads(call("search", "video", "therapy", "-n", "2", "--explain", "--json")[1])["hits"]
    for hit in hits:
        assert hit["sentence"].startswith(f"Rank {hit['rank']} of ")
        assert set(hit["explanation"]) == {"label", "value", "children"}
        assert round(hit["explanation"]["value"], 6) == hit["score"]


# --- explain ---------------------------------------------------------------------------------------------------------

BURNOUT = "2021-07-psychotherapist-burnout-affects-patient-outcomes"
SELF_DOUBT = "2020-07-psychotherapist-professional-self-doubt-in-using-video-therapy"


def test_explain_prints_a_sentence_and_a_tree_that_adds_up(call: Try) -> None:
    code, out, err = call("explain", BURNOUT, "burnout", "zzzz")
    assert (code, err) == (0, "")
    first, _, *tree = out.splitlines()
    assert first.startswith("Rank 1 of ")
    assert first.endswith("; lacks “zzzz”.")
    assert re.fullmatch(r"\d+\.\d{3}  score", tree[0])
    assert re.match(r"  \d+\.\d{3}  “burnout”, in \d+ of \d+ digests", tree[1])


def test_explain_as_json_has_sentence_and_tree_and_below_has_both(call: Try) -> None:
    one = json.loads(call("explain", BURNOUT, "burnout", "--json")[1])
    assert set(one) == {"doc_id", "rank", "sentence", "explanation"}
    both = json.loads(call("explain", SELF_DOUBT, "therapist", "burnout", "--below", BURNOUT, "--json")[1])
    assert set(both) == {"sentence", "first", "second"}
    assert both["sentence"].startswith(f"{SELF_DOUBT} is below {BURNOUT} mainly because {BURNOUT} has “burnout” ")
    assert [both[name]["doc_id"] for name in ("first", "second")] == [SELF_DOUBT, BURNOUT]


def test_explain_says_why_a_digest_is_not_found_and_names_an_unknown_id(call: Try) -> None:
    code, out, _ = call("explain", BURNOUT, "--", "therapist", "-burnout")
    assert (code, out.splitlines()[0]) == (0, "Not found: it has “burnout”, which was excluded.")
    code, out, err = call("explain", "nope", "burnout")
    assert (code, out) == (1, "")
    assert "There is no digest 'nope'" in err
    assert "put -- before the words: pprsearch explain DOC_ID -- therapy -group" in call("explain", "x", "-group")[2]


# --- run -------------------------------------------------------------------------------------------------------------


def test_a_run_has_six_columns_and_ranks_from_1_for_each_query(call: Try, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("\ufeffQ1\tvideo therapy\r\n\nQ2\trupture\u2028 repair\n", encoding="utf-8")
    code, out, err = call("run", "q.tsv", "-o", "run.txt", "-n", "3", "--profile", "plain")
    assert (code, out) == (0, "")
    assert "run.txt: 6 hits for 2 queries." in err
    rows = [line.split(" ") for line in (tmp_path / "run.txt").read_text().splitlines()]
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        (qid, "Q0", rank, "plain") for qid in ("Q1", "Q2") for rank in "123"
    ]
    scores = [float(row[4]) for row in rows]
    assert scores[:3] == sorted(scores[:3], reverse=True)


def test_faulty_lines_of_queries_are_named_and_the_exit_code_is_3(call: Try, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("Q1\tvideo\nno tab\nQ1\tagain\nQ 2\tblank\nQ3\t \n", encoding="utf-8")
    code, out, err = call("run", "q.tsv", "-o", "-", "-n", "1")
    assert code == 3
    assert out.startswith("Q1 Q0 ")
    assert [f"line {n}:" in err for n in range(1, 6)] == [False, True, True, True, True]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"no tab\n"])
def test_without_a_query_no_run_is_written(content: bytes | None, call: Try, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "q.tsv").write_bytes(content)
    code, _, err = call("run", "q.tsv", "-o", "run.txt")
    assert code == 1
    assert "q.tsv" in err
    assert not (tmp_path / "run.txt").exists()


def test_a_run_that_fails_leaves_the_file_of_before_and_no_other(call: Try, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("Q1\tvideo\n")
    (tmp_path / "run.txt").write_text("before")
    assert call("run", "q.tsv", "-o", "run.txt", "--profile", "nope")[0] == 1
    assert (tmp_path / "run.txt").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["q.tsv", "run.txt"]


# --- export and streams ----------------------------------------------------------------------------------------------


def test_export_writes_the_same_bytes_to_a_file_a_link_a_dash_and_standard_output(call: Try, tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    assert call("export", "-o", "file.jsonl")[0] == 0
    assert call("export", "-o", "link.jsonl")[0] == 0
    written = (tmp_path / "file.jsonl").read_text(encoding="utf-8")
    assert (tmp_path / "real.jsonl").read_text(encoding="utf-8") == written == call("export")[1]
    assert call("export", "-o", "-")[1] == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.jsonl", "link.jsonl", "real.jsonl"]


@pytest.mark.parametrize("output", [".", "no/folder/x", "/dev/full"])
def test_an_output_that_cannot_be_written_is_named(output: str, call: Try) -> None:
    code, _, err = call("export", "-o", output)
    assert code == 1
    assert f"{output} cannot be written" in err
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize("arguments", [["export"], ["search", "therapy"]])
def test_a_full_standard_output_is_one_message(arguments: list[str], index: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = _run(*arguments, "--index", index, folder=tmp_path, stdout=full)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "pprsearch: The output cannot be written: No space left on device. "
        "Check the path, its permissions and the free space.\n"
    )


def test_a_pipe_that_is_closed_early_is_no_error(index: Path, tmp_path: Path) -> None:
    for arguments in (["export"], ["search"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = _run(*arguments, "--index", index, folder=tmp_path, stdout=writing)
        os.close(writing)
        assert (done.returncode, done.stderr) == (0, b""), arguments


def test_a_terminal_without_curly_quotes_gets_an_answer_and_files_are_always_utf_8(index: Path, tmp_path: Path) -> None:
    plain = _run("export", "--index", index, folder=tmp_path).stdout
    assert "’".encode() in plain
    for variables in ({"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}):
        settings: dict[str, Any] = {"folder": tmp_path, "env": {**OUTSIDE, **variables}}
        found = _run("search", "psychotherapists", "client", "--index", index, **settings)
        assert (found.returncode, found.stderr) == (0, b""), variables
        assert b"digests" in found.stdout
        assert _run("export", "--index", index, **settings).stdout == plain


# --- settings --------------------------------------------------------------------------------------------------------


def test_config_shows_every_setting_with_its_origin(call: Try, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pprsearch.toml").write_text("threads = 7\n")
    code, out, err = call("config")
    assert (code, err) == (0, "")
    assert "threads = 7  (pprsearch.toml)" in out
    assert "(PPRSEARCH_INDEX)" in out
    assert "port = 8000  (default)" in out
    monkeypatch.setenv("PPRSEARCH_PROT", "1")
    code, _, err = call("config")
    assert code == 3
    assert "PPRSEARCH_PROT" in err


def test_a_faulty_setting_is_refused_by_every_command_that_uses_settings(call: Try, tmp_path: Path) -> None:
    (tmp_path / "pprsearch.toml").write_text("port = 'x'\n")
    for arguments in (["build"], ["search", "x"], ["export"], ["run", "q", "-o", "r"], ["config"]):
        code, out, err = call(*arguments)
        assert (code, out) == (1, "")
        assert "pprsearch.toml: 'port' is 'x'" in err


def test_an_unforeseen_error_is_one_line_that_names_the_way_to_more(
    call: Try, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {"broken": ("tests_no_such_module:command", "Cannot be loaded.")}
    assert run_cli(create_cli(table), ["broken"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv("PPRSEARCH_DEBUG", "1")
    assert run_cli(create_cli(table), ["broken"]) == 1
    assert "Traceback" in capsys.readouterr().err
