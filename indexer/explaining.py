"""Step 7, in words: the parts of a score -> a tree of numbers, and one plain sentence. It makes no number itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.model import ExplainedHit, Explanation, Match, Sort
from indexer.query import Alternative, Clause
from indexer.schema import SCORED
from indexer.scoring import FieldPart, Part

WHERE = {"implications": "practice implications"}  # what readers call a field, where its name is not enough
ENOUGH = 0.5  # of the score: a sentence names the largest parts until they make up more than this
SHOWN_DECIMALS = 3
ORDERS: dict[Sort, str] = {
    "relevance": "by score",
    "newest": "newest first",
    "oldest": "oldest first",
    "title": "by title",
}

# --- the tree --------------------------------------------------------------------------------------------------------


def build_tree(parts: Sequence[Part], n_documents: int) -> Explanation:
    """Return the tree of a score: clauses, then pairs; in each, its fields."""
    return Explanation.of_children("score", [_node(part, n_documents) for part in parts])


def tree_lines(explanation: Explanation) -> list[str]:
    """Return a tree as lines for people: value, then label, indented by depth."""
    lines = [f"{explanation.value:.{SHOWN_DECIMALS}f}  {explanation.label}"]
    return lines + [f"  {line}" for child in explanation.children for line in tree_lines(child)]


def _node(part: Part, n_documents: int) -> Explanation:
    if part.alternative is None:
        return Explanation(f"{_typed(part)}: not there", 0.0)
    notes = [f"in {part.n_holding} of {n_documents} digests"]
    if part.count > 1:
        notes.append(f"typed {part.count} times")
    if part.clause is None:
        notes.insert(0, "side by side")
    elif not part.clause.scored:
        notes.append("does not score")
    leaves = [Explanation(_place(field), field.score) for field in part.fields]
    return Explanation.of_children(f"{_found(part)}, {', '.join(notes)}", leaves)


def _found(part: Part, *others: Part) -> str:
    """Return what was found: the word as typed, or which synonym or close spelling stood for it.

    others  further parts of the same alternative: "online therapy" has one synonym for both of its words.
    """
    chosen, clause = part.alternative, part.clause
    assert chosen is not None
    if clause is None:
        return f"“{chosen.typed}”"
    if chosen in clause.alternatives:
        return _name(chosen)
    weight = f"{chosen.weight:.3g}".removeprefix("0")
    return f"{_name(chosen)} in place of {_list([_typed(p) for p in (part, *others)])} (weight {weight})"


def _typed(part: Part) -> str:
    return _name_clause(part.clause) if part.clause else _found(part)


def _name_clause(clause: Clause) -> str:
    return " OR ".join([_name(alternative) for alternative in clause.alternatives])


def _name(alternative: Alternative) -> str:
    prefix = "" if alternative.fields == SCORED else f"{alternative.fields[0]}:"
    return f"{prefix}“{alternative.typed}”"


def _place(field: FieldPart) -> str:
    times = {1: "once", 2: "twice"}.get(field.occurrences, f"{field.occurrences} times")
    return f"{times} in the {WHERE.get(field.field, field.field)}"


# --- sentences -------------------------------------------------------------------------------------------------------


def describe_hit(parts: Sequence[Part], rank: int, total: int, sort: Sort) -> str:
    """Return why a document that is found stands at its rank: its largest parts, and what it lacks."""
    by_score = sort == "relevance"
    place = f"Rank {rank} of {total}" + ("" if by_score else f", {ORDERS[sort]}")
    groups: dict[Alternative | None, list[Part]] = {}
    for part in parts:
        if part.score > 0:
            groups.setdefault(part.alternative, []).append(part)
    scoring = sorted(groups.values(), key=_sum, reverse=True)
    lacking = _list([_typed(part) for part in parts if part.alternative is None])
    lacks = f"; lacks {lacking}" if lacking else ""
    if not scoring:
        held = _list([_found(part) for part in parts if part.alternative is not None])
        reason = f"it has {held}, which adds nothing to its score" if held else "there is no word that scores"
        return f"{place}: {reason}{lacks}."
    named: list[list[Part]] = []
    while sum(map(_sum, named)) <= ENOUGH * sum(map(_sum, scoring)):
        named.append(scoring[len(named)])
    reason = _list([_with_places(*group) for group in named], ", and ")
    mostly = "mostly for" if len(named) < len(scoring) else "for"
    return f"{place}{': ' if by_score else '; its score is '}{mostly} {reason}{lacks}."


def describe_absence(
    parts: Sequence[Part], excluded: Iterable[Alternative], refused: Sequence[str], match: Match
) -> str:
    """Return why a document is not found.

    excluded  what it holds though it was excluded.   refused  labels of the facets whose chosen values it lacks.
    """
    clauses = [(part.clause, part.alternative is not None) for part in parts if part.clause]
    lacking = [clause for clause, held in clauses if not held]
    reasons = []
    scored = [clause for clause, _ in clauses if clause.scored]
    if scored and all(clause in lacking for clause in scored):
        reasons.append(f"it does not have {_list([_name_clause(clause) for clause in scored], ' or ')}")
        lacking = [clause for clause in lacking if not clause.scored]
    must = [_name_clause(clause) for clause in lacking if clause.required or (match == "all" and clause.scored)]
    if must:
        reasons.append(f"it lacks {_list(must)}, which must be there")
    reasons += [f"it has {_name(alternative)}, which was excluded" for alternative in excluded]
    reasons += [f"its {label} is not among those chosen" for label in refused]
    return f"Not found: {'; '.join(reasons)}."


def compare_hits(
    first: ExplainedHit, first_parts: Sequence[Part], second: ExplainedHit, second_parts: Sequence[Part], sort: Sort
) -> str:
    """Return why the first of two documents stands below or above the second."""
    if first.doc_id == second.doc_id:
        return f"{first.doc_id} was compared with itself. {first.sentence}"
    absent = [f"{hit.doc_id} is {_lower(hit.sentence)}" for hit in (first, second) if hit.rank is None]
    if first.rank is None or second.rank is None:
        return " ".join(absent)
    below = first.rank > second.rank
    start = f"{first.doc_id} is {'below' if below else 'above'} {second.doc_id}"
    if sort != "relevance":
        return f"{start} because digests stand {ORDERS[sort]}, whatever they score."
    if below:
        upper, upper_parts, lower, lower_parts = second, second_parts, first, first_parts
    else:
        upper, upper_parts, lower, lower_parts = first, first_parts, second, second_parts
    if round(upper.explanation.value, 6) == round(lower.explanation.value, 6):
        return f"{start} because they score alike, and of equals the newer digest stands first, then the lower id."
    pairs = _pairing(upper_parts, lower_parts)
    gain, part, other = max(pairs, key=lambda pair: pair[0])
    only = "mainly because" if len(pairs) > 1 else "because"
    has = f"{start} {only} {upper.doc_id} has {_with_places(part)} (+{gain:.{SHOWN_DECIMALS}f}) and {lower.doc_id}"
    if other is None:
        return f"{has} does not."
    if _with_places(other) == _with_places(part):
        return f"{has} has it as often, in a longer text."
    return f"{has} only {_with_places(other) if _found(other) != _found(part) else _places(other)}."


def _pairing(upper: Sequence[Part], lower: Sequence[Part]) -> list[tuple[float, Part, Part | None]]:
    """Return, for each part of the upper score, what it is ahead by and the lower one's part; None: it has none."""
    held = {part.clause or part.alternative: part for part in lower if part.alternative is not None}
    pairs = []
    for part in upper:
        if part.alternative is not None:
            other = held.get(part.clause or part.alternative)
            pairs.append((part.score - (other.score if other else 0.0), part, other))
    return pairs


def _sum(parts: Sequence[Part]) -> float:
    return sum([part.score for part in parts])


def _with_places(part: Part, *others: Part) -> str:
    side_by_side = " side by side" if part.clause is None else ""
    return f"{_found(part, *others)}{side_by_side} {_places(part)}"


def _places(part: Part) -> str:
    return _list([_place(field) for field in part.fields])


def _list(texts: Sequence[str], last: str = " and ") -> str:
    return ", ".join(texts[:-1]) + last + texts[-1] if len(texts) > 1 else "".join(texts)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
