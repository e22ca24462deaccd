"""Step 4 of 8, helper of ingest: which correction concerns which digest, and what id each digest has in the end.

Input: groups of ids, the newest draft of each, and a librarian's corrections. Output: a plan of the records to make.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer.articles import Draft, article_id
from indexer.merging import unused
from indexer.model import Problem
from indexer.overrides import OF_ID, Correction, correct_draft

Ids = tuple[str, ...]


class Planned(NamedTuple):
    """A record to make: its id, the ids it had, `key`: the id that its newest capture gives it, its corrections."""

    doc_id: str
    former_ids: Ids
    key: str
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All records to make, by id; `current`: the id in the end for each id of a capture."""

    digests: tuple[Planned, ...]
    current: Mapping[str, str]
    problems: tuple[Problem, ...]


def plan_corrections(newest: Mapping[Ids, Draft], corrections: Sequence[Correction]) -> Plan:
    """Return the records to make.

    newest  for each digest, known by its ids, newest first: the draft of its newest capture.

    A correction names its digest by any id: the newest, a former one, or the one that corrections gave it. Of two
    corrections of one field the first in the file holds. One that would give a digest the id of another is refused. An
    id that was one digest's and becomes another's is the latter's: the former no longer lists it.
    """
    home = {key: ids for ids in newest for key in ids}
    given: dict[Ids, list[Correction]] = defaultdict(list)
    problems: list[Problem] = []
    waiting: list[Correction] = []

    def give(correction: Correction, ids: Ids) -> None:
        if any(correction.field == other.field for other in given[ids]):
            problems.append(unused(correction, "an override above corrects the same field of the same digest"))
        else:
            given[ids].append(correction)

    for correction in corrections:
        if correction.id in home:
            give(correction, home[correction.id])
        else:
            waiting.append(correction)
    renamed = {_id_of(newest[ids], found): ids for ids, found in given.items()}
    for correction in waiting:
        if correction.id in renamed:
            give(correction, renamed[correction.id])
        else:
            problems.append(unused(correction, "no digest has or had this id"))

    taken = {ids[0] for ids in newest}
    final: dict[Ids, str] = {ids: ids[0] for ids in newest}
    for ids in sorted(given):
        doc_id = _id_of(newest[ids], given[ids])
        if doc_id != ids[0] and doc_id in taken:
            for correction in given[ids]:
                if correction.field in OF_ID:
                    problems.append(unused(correction, f"another digest has the id '{doc_id}' that it would lead to"))
            given[ids] = [correction for correction in given[ids] if correction.field not in OF_ID]
        else:
            final[ids] = doc_id
            taken.add(doc_id)

    planned = []
    owners = {doc_id: ids for ids, doc_id in final.items()}
    for ids, doc_id in final.items():
        former = [key for key in ids if key != doc_id]
        for key in former:
            if owners.get(key, ids) != ids:
                message = f"Its former id '{key}' is now that of another digest; the address leads to the other one."
                problems.append(Problem("former-id-taken", message, article=newest[ids].title))
        kept = tuple(key for key in former if key not in owners)
        planned.append(Planned(doc_id, kept, ids[0], tuple(given.get(ids, ()))))
    current = {key: final[ids] for key, ids in home.items()}
    return Plan(tuple(sorted(planned)), current, tuple(problems))


def _id_of(draft: Draft, corrections: Iterable[Correction]) -> str:
    corrected = correct_draft(draft, corrections)
    return article_id(corrected.month, corrected.title)
