"""The search for weights, on digests of which only a lighter title gives the right order, and `pprsearch tune`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plain_ranking import NO_SYNONYMS, PLAIN

from indexer.cli import create_cli, run_cli
from indexer.engines import FAST_ENGINE, open_engine
from indexer.errors import InputError
from indexer.evaluate import Bench, JudgedSet
from indexer.generations import Generation
from indexer.model import Article
from indexer.ranking import PARAMETERS, Profile, read_profiles
from indexer.records import record_line
from indexer.tune import SEARCHED, TuningSet, n_steps, split_folds, to_toml, tune

ROOT = Path(__file__).resolve().parents[2]
WORDS = [f"subject{chr(97 + n)}" for n in range(12)]
QUERIES = {f"K{n}" if n % 2 else f"N{n}": word for n, word in enumerate(WORDS)}

# Of each subject one digest has the word in its title, and another twice in its summary. The readers of these sets want
# the latter: with PLAIN's title weight of 2 both hold "2 occurrences" (a tie that the newer one wins), below 2 it wins.
ARTICLES = [
    article
    for n, word in enumerate(WORDS)
    for article in (
        Article(f"title-{word}", word, "2020-02", 2020, summary=("Padding.",)),
        Article(f"text-{word}", "Padding", "2020-01", 2020, summary=(f"{word} {word}.",)),
    )
]
WANTED = {qid: {f"text-{word}": 1} for qid, word in QUERIES.items()}
UNWANTED = {qid: {f"title-{word}": 1} for qid, word in QUERIES.items()}


@pytest.fixture(scope="module")
def bench(build: Callable[..., Generation]) -> Iterator[Bench]:
    engine = open_engine(FAST_ENGINE, build(ARTICLES).folder)
    yield Bench(engine, NO_SYNONYMS, {"default": PLAIN}, "records")
    engine.close()


def test_weights_that_help_are_found_and_the_gain_on_queries_held_out_is_shown(bench: Bench) -> None:
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, WANTED))], PLAIN, trials=12, folds=3, seed=1)
    # 1/log2(3) at the second place before, 1 at the first after
    assert tuning.before == pytest.approx(0.63093, abs=1e-5)
    assert (tuning.after, tuning.train, tuning.held_out) == (1.0, 1.0, 1.0)
    assert tuning.weights["title_weight"] < 2
    assert tuning.weights["summary_weight"] == PLAIN["summary_weight"], "the measure of the others stays"
    assert tuning.held_out_gain.wins == 12
    assert tuning.is_shown


def test_where_nothing_is_to_be_gained_no_gain_is_shown(bench: Bench) -> None:
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, UNWANTED))], PLAIN, trials=4, folds=3, seed=1)
    assert tuning.before == tuning.after == 1.0
    assert tuning.held_out_gain.verdict == "not shown"
    assert not tuning.is_shown


def test_the_weights_found_are_never_worse_than_the_start_on_the_queries_they_were_chosen_by(bench: Bench) -> None:
    good = Profile("good", {**PLAIN.weights, "title_weight": 1.0})
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, WANTED))], good, trials=2, folds=2, seed=5)
    assert tuning.after >= tuning.before == 1.0


def test_the_same_seed_gives_the_same_weights(bench: Bench) -> None:
    sets = [TuningSet("set", bench, JudgedSet(QUERIES, WANTED))]
    assert tune(sets, PLAIN, trials=5, folds=2, seed=3) == tune(sets, PLAIN, trials=5, folds=2, seed=3)


def test_each_set_counts_the_same_however_many_queries_it_has(bench: Bench) -> None:
    few = JudgedSet(dict(list(QUERIES.items())[:2]), WANTED)
    sets = [TuningSet("many", bench, JudgedSet(QUERIES, UNWANTED)), TuningSet("few", bench, few)]
    tuning = tune(sets, PLAIN, trials=2, folds=2, seed=1)
    assert tuning.before == pytest.approx((1 + 0.63093) / 2, abs=1e-5)
    assert len(tuning.held_out_gain.gains) == 14


def test_sensitivity_is_the_change_of_the_mean_when_one_weight_moves(bench: Bench) -> None:
    light = Profile("light", {**PLAIN.weights, "title_weight": 1.9})
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, WANTED))], light, trials=2, folds=2, seed=1)
    assert tuning.weights == light.weights, "the start is kept where nothing is better"
    # 20 % less changes nothing, 20 % more (2.28) puts the title first again
    assert tuning.sensitivity["title_weight"] == pytest.approx((0.0, 0.63093 - 1), abs=1e-5)
    assert tuning.sensitivity["citation_weight"] == (0.0, 0.0)


def test_the_progress_is_told_once_for_every_trial(bench: Bench) -> None:
    told: list[int] = []
    sets = [TuningSet("set", bench, JudgedSet(QUERIES, WANTED))]
    tune(sets, PLAIN, trials=3, folds=2, seed=1, tell=lambda: told.append(1))
    assert len(told) == n_steps(3, 2) == 9


def test_synonyms_that_a_profile_switches_off_stay_off(bench: Bench) -> None:
    off = Profile("off", {**PLAIN.weights, "synonym_weight": 0.0})
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, WANTED))], off, trials=3, folds=2, seed=1)
    assert tuning.weights["synonym_weight"] == 0
    assert "synonym_weight" not in tuning.sensitivity


def test_more_folds_than_queries_are_refused(bench: Bench) -> None:
    few = JudgedSet({"K1": "alliance"}, {"K1": {"text-subjecta": 1}})
    with pytest.raises(InputError, match="cannot be held out in 2 parts"):
        tune([TuningSet("set", bench, few)], PLAIN, trials=2, folds=2, seed=1)


def test_every_query_is_held_out_once_and_every_fold_has_each_kind() -> None:
    keys = [("set", qid) for qid in QUERIES]
    parts = split_folds(keys, 3, seed=1)
    assert sorted(key for part in parts for key in part) == sorted(keys)
    for part in parts:
        assert [qid[0] for _, qid in part].count("K") == 2
        assert len(part) == 4
    assert parts != split_folds(keys, 3, seed=2)


def test_weights_are_looked_for_within_the_bounds_of_profiles() -> None:
    for name, (low, high) in SEARCHED.items():
        assert PARAMETERS[name].low <= low < high <= PARAMETERS[name].high


def test_the_profile_that_is_written_is_one_that_can_be_used(tmp_path: Path, bench: Bench) -> None:
    tuning = tune([TuningSet("set", bench, JudgedSet(QUERIES, WANTED))], PLAIN, trials=12, folds=3, seed=1)
    path = tmp_path / "new.toml"
    path.write_text(to_toml(tuning, ['a "set"\\', "two"]), encoding="utf-8")
    assert dict(read_profiles(path)["tuned"].weights) == tuning.weights
    assert "12 trials, held-out gain +0.3691 (shown)" in path.read_text(encoding="utf-8")


# --- the command -----------------------------------------------------------------------------------------------------

Try = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Try:
    """Return a function: arguments -> (exit code, stdout, stderr), in a folder with a judged set and its records."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PPRSEARCH_")]:
        monkeypatch.delenv(name)
    with Path("records.jsonl").open("w", encoding="utf-8") as stream:
        stream.writelines(map(record_line, ARTICLES))
    Path("queries.tsv").write_text("".join(f"{qid}\t{text}\n" for qid, text in QUERIES.items()))
    Path("qrels.txt").write_text("".join(f"{qid} 0 {doc} 1\n" for qid, docs in WANTED.items() for doc in docs))

    def call_cli(*arguments: str) -> tuple[int, str, str]:
        code = run_cli(create_cli(), ["tune", *arguments])
        printed = capsys.readouterr()
        assert "unexpected error" not in printed.err
        return code, printed.out, printed.err

    return call_cli


def test_the_command_writes_a_new_profile_and_says_what_it_is_worth(call: Try) -> None:
    arguments = ["queries.tsv", "qrels.txt", "--records", "records.jsonl", "--trials", "3", "--folds", "2"]
    code, out, err = call(*arguments, "-o", "new.toml")
    assert code in (0, 3)
    assert out == ""
    assert "held out." in err
    assert "title_weight" in err
    assert ("warning: on queries held out, the gain is not shown" in err) == (code == 3)
    assert set(read_profiles(Path("new.toml"))) == {"tuned"}
    again = call("--set", "queries.tsv", "qrels.txt", "records.jsonl", *arguments, "-o", "both.toml")
    assert again[0] in (0, 3)
    assert "(2)" in Path("both.toml").read_text(encoding="utf-8"), "two sets of one name are told apart"


def test_the_live_table_is_never_overwritten(call: Try) -> None:
    Path("corpus").mkdir()
    table = Path("corpus/ranking.toml")
    table.write_bytes((ROOT / "corpus" / "ranking.toml").read_bytes())
    code, _, err = call("queries.tsv", "qrels.txt", "--records", "records.jsonl", "-o", "corpus/ranking.toml")
    assert code == 2
    assert "never overwritten" in err
    assert table.read_bytes() == (ROOT / "corpus" / "ranking.toml").read_bytes()


def test_half_a_pair_or_no_set_at_all_is_wrong_usage(call: Try) -> None:
    assert call("queries.tsv", "-o", "new.toml")[0] == 2
    assert call("-o", "new.toml")[0] == 2
    assert not Path("new.toml").exists()
