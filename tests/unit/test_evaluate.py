"""Measures and comparisons, with expected values worked by hand on small qrels, and `pprsearch evaluate`."""

from __future__ import annotations

import html.parser
import json
import math
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import build_from_pages
from indexer.cli import create_cli, run_cli
from indexer.config import Config
from indexer.errors import InputError
from indexer.evaluate import (
    MAIN,
    MEASURES,
    Evaluation,
    Inputs,
    JudgedSet,
    choose_profile,
    compare,
    compare_scores,
    evaluate,
    measure,
    open_bench,
    read_evaluation,
    read_qrels,
    to_json,
)
from indexer.evaluation_report import render_report
from indexer.model import SearchRequest
from indexer.search import open_index

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"

QRELS = """\
q1 0 a 3
q1 0 b 2
q1 0 c 0
q1 0 d 1
q2 0 a 1
q2 0 e 0
q3 0 a 0
q3 0 b 0
"""
QUERIES = {"q1": "alliance", "q2": "burnout", "q3": "chess"}


@pytest.fixture
def qrels(tmp_path: Path) -> dict[str, dict[str, int]]:
    path = tmp_path / "qrels.txt"
    path.write_text(QRELS, encoding="utf-8")
    return read_qrels(path)


# --- measures --------------------------------------------------------------------------------------------------------


def test_the_measures_of_a_ranking_are_those_worked_by_hand(qrels: dict[str, dict[str, int]]) -> None:
    # x is not judged. Gains 2, 0, 3, 0 at places 1 to 4; the best order has 3, 2, 1.
    # nDCG = (2/1 + 3/2) / (3/1 + 2/log2(3) + 1/2) = 3.5 / 4.76186
    # Relevant a, b, d: b at 1, a at 3, so AP = (1/1 + 2/3) / 3; 2 of 5; 2 of 3; judged b, c, a of 4.
    scores = measure({"q1": ["b", "c", "a", "x"]}, qrels)
    expected = {MAIN: 0.735007, "RR": 1, "P@5": 0.4, "R@100": 2 / 3, "AP": 5 / 9, "Judged@10": 0.75}
    assert scores["q1"] == pytest.approx(expected, abs=1e-6)


def test_documents_stand_in_the_order_of_the_run_whatever_their_ids(qrels: dict[str, dict[str, int]]) -> None:
    assert measure({"q2": ["e", "a"]}, qrels)["q2"][MAIN] == pytest.approx(1 / math.log2(3))
    assert measure({"q2": ["a", "e"]}, qrels)["q2"][MAIN] == 1


def test_a_query_that_finds_nothing_scores_0(qrels: dict[str, dict[str, int]]) -> None:
    assert measure({"q1": [], "q2": ["a"]}, qrels)["q1"] == dict.fromkeys(MEASURES, 0.0)
    assert measure({"q1": []}, qrels) == {"q1": dict.fromkeys(MEASURES, 0.0)}


def test_queries_without_a_relevant_document_are_left_out(qrels: dict[str, dict[str, int]]) -> None:
    judged = JudgedSet({**QUERIES, "q4": "never judged"}, qrels)
    assert judged.measured == ["q1", "q2"]
    assert judged.skipped == ["q3", "q4"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("q1 0 a\n", "line 1"),
        ("q1 0 a 1\n\nq1 0 b much\n", "line 3"),
        ("q1 0 a 1\nq1 0 a 2\n", "judged for 'q1' before"),
        (b"q1 0 \xff 1\n", "not text in UTF-8"),
    ],
)
def test_faulty_qrels_are_refused_with_the_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    path = tmp_path / "qrels.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=said):
        read_qrels(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_qrels(tmp_path / "none.txt")


# --- comparisons -----------------------------------------------------------------------------------------------------


def _scores(*values: float) -> dict[str, float]:
    return {f"q{number}": value for number, value in enumerate(values)}


def test_the_randomisation_test_of_few_queries_is_exact() -> None:
    # Three gains of one sign: of the 8 ways to throw the signs only all plus and all minus get as far. p = 2/8.
    comparison = compare_scores(_scores(0.6, 0.7, 0.8), _scores(0.5, 0.5, 0.5))
    assert comparison.p == pytest.approx(0.25)
    assert comparison.difference == pytest.approx(0.2)
    assert comparison.verdict == "not shown"
    # Eight of them: 2/256.
    better = compare_scores(_scores(*[0.5 + n / 100 for n in range(1, 9)]), _scores(*[0.5] * 8))
    assert better.p == pytest.approx(2 / 256)
    assert better.verdict == "better"
    worse = compare_scores(_scores(*[0.5] * 8), _scores(*[0.5 + n / 100 for n in range(1, 9)]))
    assert worse.p == better.p
    assert worse.verdict == "worse"


def test_wins_ties_and_losses_are_counted_by_query() -> None:
    comparison = compare_scores(_scores(0.6, 0.5, 0.5, 0.4, 0.9), _scores(0.5, 0.5, 0.5, 0.5, 0.3))
    assert (comparison.wins, comparison.ties, comparison.losses) == (2, 2, 1)


def test_the_interval_holds_the_mean_and_shrinks_to_it_when_all_gains_are_equal() -> None:
    mixed = compare_scores(_scores(0.9, 0.4, 0.6, 0.5), _scores(0.5, 0.5, 0.5, 0.5))
    assert -0.1 <= mixed.low < mixed.difference < mixed.high <= 0.4
    equal = compare_scores(_scores(0.75, 0.75, 0.75), _scores(0.5, 0.5, 0.5))
    assert (equal.low, equal.high) == (0.25, 0.25)
    assert equal.detectable == 0


def test_the_smallest_difference_that_a_set_shows_is_the_one_of_the_t_table() -> None:
    # Gains .1 and .3: standard deviation .141421, over the root of 2 is .1; t of 1 degree: 12.7062 and 1.37638.
    comparison = compare_scores(_scores(0.6, 0.8), _scores(0.5, 0.5))
    assert comparison.detectable == pytest.approx((12.7062 + 1.37638) * 0.1, rel=1e-4)


def test_equal_rankings_are_not_shown_to_differ() -> None:
    comparison = compare_scores(_scores(*[0.5] * 20), _scores(*[0.5] * 20))
    assert (comparison.p, comparison.verdict, comparison.ties) == (1.0, "not shown", 20)


def test_a_comparison_gives_the_same_numbers_again() -> None:
    first, second = _scores(*[n / 40 for n in range(40)]), _scores(*[(n * 7 % 40) / 41 for n in range(40)])
    assert compare_scores(first, second) == compare_scores(first, second)


def test_one_query_is_too_few_to_compare() -> None:
    with pytest.raises(InputError, match="at least 2 queries"):
        compare_scores(_scores(1), _scores(0))


INPUTS = Inputs("r", "q", "j")


def _evaluation(inputs: Inputs = INPUTS, profile: str = "default") -> Evaluation:
    scores = {qid: dict.fromkeys(MEASURES, value) for qid, value in (("K1", 0.5), ("K2", 1.0), ("N1", 0.0))}
    texts = {"K1": "alliance", "K2": "<script>alert(1)</script>", "N1": "does it “work” & last?"}
    return Evaluation(profile, "0" * 16, {"k1": 1.2}, inputs, texts, scores, ("N2",))


def test_means_are_over_all_queries_and_by_the_first_letter_of_the_id() -> None:
    evaluation = _evaluation()
    assert evaluation.kinds == ["K", "N"]
    assert evaluation.mean() == pytest.approx(0.5)
    assert evaluation.mean(MAIN, "K") == pytest.approx(0.75)


@pytest.mark.parametrize("differing", ["records", "queries", "qrels"])
def test_evaluations_of_unlike_inputs_are_not_compared_and_the_difference_is_named(differing: str) -> None:
    first = _evaluation()
    second = _evaluation(replace(INPUTS, **{differing: "other"}))
    with pytest.raises(InputError, match=f"other {differing}\\."):
        compare(first, second)


def test_a_saved_report_is_read_back_as_it_was(tmp_path: Path) -> None:
    evaluation = _evaluation()
    path = tmp_path / "report.json"
    path.write_text(to_json(evaluation, evaluation, compare(evaluation, evaluation)), encoding="utf-8")
    assert read_evaluation(path) == evaluation


def test_a_report_whose_scores_were_cut_is_refused(tmp_path: Path) -> None:
    report = json.loads(to_json(_evaluation()))
    del report["evaluation"]["scores"]["K2"]
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    with pytest.raises(InputError, match="queries and scores disagree"):
        read_evaluation(path)


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"version": 99, "evaluation": {}}', "[" * 100_000])
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="is no report"):
        read_evaluation(path)


# --- the page --------------------------------------------------------------------------------------------------------


class _Page(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_one_bar_for_each_query_and_everything_in_it_is_escaped() -> None:
    other = _evaluation(profile="<b>old</b>")
    for text in (render_report(_evaluation()), render_report(_evaluation(), other, compare(_evaluation(), other))):
        page = _Page(text)
        assert page.tags.count("rect") == 3
        assert "script" not in page.tags
        assert "b" not in page.tags
        assert "K2 · <script>alert(1)</script>" in page.text


def test_the_page_opens_from_disk_and_loads_nothing() -> None:
    page = _Page(render_report(_evaluation(), _evaluation(), compare(_evaluation(), _evaluation())))
    assert not {name for name, _ in page.attributes} & {"src", "href", "srcset", "data", "action", "onload"}
    assert not {"link", "img", "iframe", "object", "script"} & set(page.tags)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in page.text
    assert "not shown" in page.text


def test_bars_of_gains_are_sorted_and_tell_gains_from_losses() -> None:
    first, second = _evaluation(), _evaluation()
    second.scores["K1"][MAIN], second.scores["N1"][MAIN] = 0.75, 0.5  # K1 loses .25, N1 loses .5, K2 ties
    text = render_report(first, second, compare(first, second))
    assert re.findall(r"<title>(\w\d) [^<]*: ([+-][\d.]+)</title>", text) == [
        ("K2", "+0.0000"),
        ("K1", "-0.2500"),
        ("N1", "-0.5000"),
    ]


# --- over an index ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate") / "index"
    build_from_pages(Config(corpus=CORPUS, index=folder), [CORPUS / "sample"], lambda _: None)
    return folder


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "records.jsonl"
    texts = {
        "a": "alliance alliance ruptures",
        "b": "alliance",
        "c": "alliance in a long text about chess",
        "e": "chess",
    }
    path.write_text("".join(json.dumps({"id": key, "title": "", "text": text}) + "\n" for key, text in texts.items()))
    return path


def test_what_is_measured_is_the_order_that_readers_get(index: Path) -> None:
    questions = {
        "1": "alliance ruptures",
        "2": "how do I repair a “rupture”?",
        "3": "teletherapy -burnout",
        "4": "of",
        "5": "xyz",
    }
    searcher = open_index(index, CORPUS)
    with open_bench(Config(corpus=CORPUS, index=index), lambda _: None) as bench:
        rankings = bench.rank(questions, bench.profiles["default"])
    for qid, text in questions.items():
        assert rankings[qid] == [hit.doc_id for hit in searcher.search(SearchRequest(text, size=100)).hits]
    searcher.close()


def test_a_profile_is_named_or_comes_from_a_file_of_its_own(tmp_path: Path, index: Path) -> None:
    path = tmp_path / "mine.toml"
    table = (CORPUS / "ranking.toml").read_text(encoding="utf-8")
    path.write_text(table, encoding="utf-8")
    with open_bench(Config(corpus=CORPUS, index=index), lambda _: None) as bench:
        assert choose_profile(bench.profiles, None).name == "default"
        assert choose_profile(bench.profiles, "plain").name == "plain"
        assert choose_profile({}, str(path)).name == "default"


def test_without_any_relevant_document_nothing_is_measured(index: Path) -> None:
    with (
        open_bench(Config(corpus=CORPUS, index=index), lambda _: None) as bench,
        pytest.raises(InputError, match="ids agree"),
    ):
        evaluate(bench, JudgedSet(QUERIES, {"Q1": {"a": 1}}), bench.profiles["default"])


# --- the command -----------------------------------------------------------------------------------------------------

Try = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Try:
    """Return a function: arguments -> (exit code, stdout, stderr), in a folder with queries.tsv and qrels.txt."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PPRSEARCH_")]:
        monkeypatch.delenv(name)
    (tmp_path / "queries.tsv").write_text("K1\talliance\nK2\tchess\nN1\twhat about alliance ruptures?\nN2\tchess\n")
    (tmp_path / "qrels.txt").write_text("K1 0 a 3\nK1 0 b 1\nK2 0 e 2\nN1 0 a 1\nN2 0 a 0\n")

    def call_cli(*arguments: str | Path) -> tuple[int, str, str]:
        fixed = ["evaluate", "queries.tsv", "qrels.txt", "--records", str(records)]
        code = run_cli(create_cli(), [*fixed, *map(str, arguments)])
        printed = capsys.readouterr()
        assert "unexpected error" not in printed.err
        return code, printed.out, printed.err

    return call_cli


def test_the_command_prints_means_by_kind_and_a_verdict(call: Try) -> None:
    code, out, err = call("--compare", "plain", "--per-query")
    assert (code, err) == (0, "")
    assert "3 queries; 1 without a relevant digest left out" in out
    assert re.search(r"^all +3 +1\.0000", out, re.MULTILINE)
    assert re.search(r"^K +2 ", out, re.MULTILINE)
    assert "0 wins, 3 ties, 0 losses" in out
    assert "Verdict: not shown." in out


def test_the_command_writes_both_reports_and_compares_with_a_saved_one(call: Try, tmp_path: Path) -> None:
    assert call("--json", "old.json", "--html", "old.html")[0] == 0
    assert (tmp_path / "old.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    code, out, _ = call("--compare", "old.json", "--json", "-")
    report = json.loads(out)
    assert code == 0
    assert report["comparison"]["verdict"] == "not shown"
    assert report["means"]["all"][MAIN] == 1.0


def test_the_command_refuses_a_saved_report_of_other_qrels(call: Try, tmp_path: Path) -> None:
    call("--json", "old.json")
    with (tmp_path / "qrels.txt").open("a") as stream:
        stream.write("K2 0 c 1\n")
    code, out, err = call("--compare", "old.json")
    assert (code, out) == (1, "")
    assert "other qrels. Their difference would mean nothing" in err


def test_the_command_names_faulty_lines_and_ends_with_a_warning(call: Try, tmp_path: Path) -> None:
    with (tmp_path / "queries.tsv").open("a") as stream:
        stream.write("no tab\n")
    code, _, err = call()
    assert code == 3
    assert "queries.tsv, line 5" in err


@pytest.mark.parametrize(
    ("command", "library"), [("evaluate", "ir_measures"), ("evaluate", "scipy"), ("tune", "optuna")]
)
def test_without_the_optional_part_the_command_names_the_line_that_installs_it(command: str, library: str) -> None:
    code = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from indexer import create_cli, run_cli; sys.exit(run_cli(create_cli(), [sys.argv[2], '--help']))"
    )
    ran = subprocess.run([sys.executable, "-c", code, library, command], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "pip install 'pprnet-search[evaluate]'" in ran.stderr
    assert library in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_tests_run_with_what_the_optional_part_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["project"]["optional-dependencies"]["evaluate"]) <= set(project["dependency-groups"]["test"])
