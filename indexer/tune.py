"""Judged sets and a profile -> better weights for it, and whether they are better on queries they were not made from.

Input: benches with judged queries, the profile to start from. Output: a `Tuning`. Needs the extra `evaluate`. Optuna's
tree-structured Parzen estimator searches; every fold of queries is held out once, and the gain that counts is that on
held-out queries: on the queries they were chosen by, weights always look good.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from indexer.errors import InputError, PprSearchError
from indexer.evaluate import MAIN, MEASURES, Bench, Comparison, JudgedSet, compare_scores, kind_of, measure
from indexer.ranking import PARAMETERS, Profile

try:
    import optuna
except ModuleNotFoundError as missing:
    raise PprSearchError(
        "Tuning needs an optional part of the program (optuna is not installed). "
        "Install it with: pip install 'pprnet-search[evaluate]'"
    ) from missing

# Where weights are looked for: narrower than what a profile may say. `summary_weight` stays: it is the measure that the
# weights of the other fields are compared with, and a common factor on all of them is what k1 does.
SEARCHED: dict[str, tuple[float, float]] = {
    "k1": (0.6, 2.4),  # Robertson and Zaragoza (2009): 1.2 to 2 is usual
    "title_weight": (1.0, 6.0),  # x1 to x5 was within .013 nDCG@10 on three collections
    "implications_weight": (0.5, 2.0),  # as long as the summary and as good: no reason for more than twice as much
    "citation_weight": (0.3, 3.0),
    "title_b": (0.0, 1.0),
    "summary_b": (0.3, 1.0),  # Robertson and Zaragoza (2009): 0.5 to 0.8 is usual
    "implications_b": (0.3, 1.0),
    "citation_b": (0.0, 1.0),
    "synonym_weight": (0.1, 1.0),
    "title_phrase_weight": (0.0, 4.0),
    "pair_weight": (0.0, 0.6),  # .3 and more cost cisi and med what cranfield gains
}
STEP = 0.01  # finer weights than that no judged set can tell apart
SENSITIVITY = 0.2  # a weight is moved by this part of itself, up and down
DEPTH = 10  # hits that nDCG@10 looks at

QueryKey = tuple[str, str]  # name of the set, id of the query
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TuningSet:
    """One judged set and the index it is judged on. `name` tells sets apart in messages."""

    name: str
    bench: Bench
    judged: JudgedSet


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a search for weights found. Means are of nDCG@10; with several sets, the mean of the sets' means.

    start, weights  before and after; `weights` were chosen on all queries.
    before         mean of the start.   after  mean of the weights, both on all queries.
    train          mean over the folds of weights chosen without the fold, on the queries they were chosen by.
    held_out       mean over all queries, each ranked with the weights that were chosen without it.
    held_out_gain  the comparison of the latter with the start.
    sensitivity    by weight: change of the mean `after` when it alone moves 20 % down, and up.
    """

    start: Profile
    weights: dict[str, float]
    before: float
    after: float
    train: float
    held_out: float
    held_out_gain: Comparison
    sensitivity: dict[str, tuple[float, float]]
    trials: int
    folds: int
    seed: int

    @property
    def is_shown(self) -> bool:
        """Whether the gain on held-out queries is more than chance."""
        return self.held_out_gain.verdict == "better"


def tune(
    sets: Sequence[TuningSet],
    start: Profile,
    *,
    trials: int,
    folds: int,
    seed: int,
    tell: Callable[[], None] = lambda: None,
) -> Tuning:
    """Search better weights than those of the start; same arguments, same result.

    tell  is called after each of the `n_steps` trials.
    InputError when there are fewer queries than folds.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    names = [name for name in SEARCHED if start[name] or name != "synonym_weight"]  # 0 switches synonyms off: stays off
    keys = [(chosen.name, qid) for chosen in sets for qid in chosen.judged.measured]
    parts = split_folds(keys, folds, seed)
    if not all(parts):
        raise InputError(
            f"{len(keys)} queries with a relevant digest cannot be held out in {folds} parts. Judge more, or lower "
            "--folds."
        )
    first = _score(sets, start.weights, keys)
    trained: list[float] = []
    held_out: dict[QueryKey, float] = {}
    for part in parts:
        others = [key for other in parts if other is not part for key in other]
        weights = _search(sets, start, names, others, trials, seed, tell)
        scores = _score(sets, weights, keys)
        trained.append(_mean_of_sets(scores, others))
        held_out |= {key: scores[key] for key in part}
    weights = _search(sets, start, names, keys, trials, seed, tell)
    after = _mean_of_sets(_score(sets, weights, keys), keys)
    return Tuning(
        start=start,
        weights=weights,
        before=_mean_of_sets(first, keys),
        after=after,
        train=fmean(trained),
        held_out=_mean_of_sets(held_out, keys),
        held_out_gain=compare_scores(_flat(held_out, keys), _flat(first, keys)),
        sensitivity={name: _sensitivity(sets, weights, name, keys, after) for name in names},
        trials=trials,
        folds=folds,
        seed=seed,
    )


def n_steps(trials: int, folds: int) -> int:
    """Return how many trials a tuning makes: one search for each fold, and one on all queries."""
    return trials * (folds + 1)


def split_folds(keys: Sequence[QueryKey], folds: int, seed: int) -> list[list[QueryKey]]:
    """Return the queries in parts of like size, with like shares of each set and kind; by chance from the seed."""
    shuffled = list(keys)
    random.Random(seed).shuffle(shuffled)
    shuffled.sort(key=lambda key: (key[0], kind_of(key[1])))
    return [shuffled[number::folds] for number in range(folds)]


def _search(
    sets: Sequence[TuningSet],
    start: Profile,
    names: Sequence[str],
    keys: Sequence[QueryKey],
    trials: int,
    seed: int,
    tell: Callable[[], None],
) -> dict[str, float]:
    """Return the best weights for some queries; those of the start, unless something is better than they are."""

    def objective(trial: optuna.Trial) -> float:
        chosen = {name: round(trial.suggest_float(name, *SEARCHED[name], step=STEP), 2) for name in names}
        return _mean_of_sets(_score(sets, {**start.weights, **chosen}, keys), keys)

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial({name: _within(name, start[name]) for name in names})
    study.optimize(objective, n_trials=trials, callbacks=[lambda study, trial: tell()])
    if study.best_value <= _mean_of_sets(_score(sets, start.weights, keys), keys):
        return dict(start.weights)
    return {**start.weights, **{name: round(value, 2) for name, value in study.best_params.items()}}


def _within(name: str, value: float) -> float:
    low, high = SEARCHED[name]
    return round(min(max(value, low), high), 2)


def _score(sets: Sequence[TuningSet], weights: Weights, keys: Sequence[QueryKey]) -> dict[QueryKey, float]:
    profile = Profile("tuned", weights)
    scores = {}
    for chosen in sets:
        queries = {qid: chosen.judged.queries[qid] for name, qid in keys if name == chosen.name}
        rankings = chosen.bench.rank(queries, profile, DEPTH)
        for qid, values in measure(rankings, chosen.judged.qrels, {MAIN: MEASURES[MAIN]}).items():
            scores[chosen.name, qid] = values[MAIN]
    return scores


def _mean_of_sets(scores: Mapping[QueryKey, float], keys: Sequence[QueryKey]) -> float:
    """Return the mean of the sets' means: a set of 200 queries must not outvote one of 30."""
    by_set: dict[str, list[float]] = {}
    for key in keys:
        by_set.setdefault(key[0], []).append(scores[key])
    return fmean(fmean(values) for values in by_set.values())


def _flat(scores: Mapping[QueryKey, float], keys: Sequence[QueryKey]) -> dict[str, float]:
    return {f"{name} {qid}": scores[name, qid] for name, qid in keys}


def _sensitivity(
    sets: Sequence[TuningSet], weights: Weights, name: str, keys: Sequence[QueryKey], mean: float
) -> tuple[float, float]:
    changes = []
    for factor in (1 - SENSITIVITY, 1 + SENSITIVITY):
        moved = min(max(weights[name] * factor, PARAMETERS[name].low), PARAMETERS[name].high)
        changes.append(_mean_of_sets(_score(sets, {**weights, name: moved}, keys), keys) - mean)
    return changes[0], changes[1]


# --- the new profile -------------------------------------------------------------------------------------------------


def to_toml(tuning: Tuning, sets: Sequence[str], name: str = "tuned") -> str:
    """Return a ranking file with one profile: every weight, and how it came about. `sets` names what was tuned on."""
    gain = tuning.held_out_gain
    shown = "shown" if tuning.is_shown else "not shown"
    origin = f"tuned on {', '.join(sets)}: {tuning.trials} trials, held-out gain {gain.difference:+.4f} ({shown})"
    lines = [
        "# A ranking profile made by `pprsearch tune`; review it before it replaces anything in ranking.toml.",
        f"# Start: {tuning.start.name!r}. {len(gain.gains)} queries, {tuning.trials} trials, {tuning.folds} folds, "
        f"seed {tuning.seed}.",
        f"# {MAIN} on all queries: {tuning.before:.4f} before, {tuning.after:.4f} after.",
        f"# Over the folds: {tuning.train:.4f} on the queries chosen by, {tuning.held_out:.4f} on those held out.",
        f"# Held-out gain by query: {gain.difference:+.4f}, p = {gain.p:.4f}: {gain.verdict}.",
        "",
        f"[{name}]",
    ]
    for weight, value in tuning.weights.items():
        if weight in tuning.sensitivity:
            down, up = tuning.sensitivity[weight]
            reason = f"{origin}; moved by -20 %: {down:+.4f}, by +20 %: {up:+.4f}"
        else:
            reason = f"as in the profile '{tuning.start.name}'; it was not searched"
        lines.append(f"{weight} = {{ value = {value!r}, reason = {json.dumps(reason, ensure_ascii=False)} }}")
    return "\n".join(lines) + "\n"
