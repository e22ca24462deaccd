"""Going back: the kept generations in; a new live one that has the state of an earlier one out.

What undone runs brought is set aside, else the next update would bring it again. Nothing is deleted: captures stay in
`corpus/pages`, undone generations stay as long as any other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import IndexDamagedError, IndexMissingError, IndexOutdatedError, InputError, StoreError
from indexer.generations import read_generation
from indexer.history import Entry, read_history
from indexer.ledger import Ledger, SetAside, read_ledger
from indexer.store import GENERATIONS, build_command, only_writer
from indexer.writing import now, restore_generation


@dataclass(frozen=True, slots=True)
class Rollback:
    """What going back undid, or would undo.

    target   the generation whose state comes back.
    undone   the generations after it whose runs are undone, newest first; never empty.
    aside    the captures that those runs brought, by path, each with the generation that took it in first.
    unknown  those of `undone` whose captures cannot be read any more.
    """

    target: Entry
    undone: tuple[Entry, ...]
    aside: tuple[SetAside, ...]
    unknown: tuple[Entry, ...]


def roll_back(index: Path, name: str | None, keep: int) -> tuple[str, Rollback]:
    """Go back to the generation before the live one, or to a named one; return the new generation's name and what for.

    keep  how many generations stay.
    InputError when there is nothing to go back to; StoreError when the target is damaged, or made with another version
    of the program, or cannot be written; IndexBusyError when another run is at work. In each case nothing is switched.
    """
    plan_rollback(index, name)  # refuses before the lock makes a folder
    with only_writer(index):
        plan = plan_rollback(index, name)
        target = index / GENERATIONS / plan.target.name
        try:
            read_generation(target)
        except IndexOutdatedError as error:
            raise _refusal(plan, "was made with another version of the program") from error
        except IndexDamagedError as error:
            raise _refusal(plan, "is damaged (pprsearch check --all names the file)") from error
        ledger = _ledger_after(plan, read_ledger(target), index / GENERATIONS / plan.undone[0].name)
        return restore_generation(index, plan.target.name, ledger, keep).name, plan


def plan_rollback(index: Path, name: str | None = None) -> Rollback:
    """Return how to go back to the generation before the live one, or to a named one before it.

    InputError when there is nothing to go back to, or when the named one does not come before the live one: what was
    undone is taken back by naming its captures, not by going back to it.
    """
    entries = {entry.name: entry for entry in read_history(index)}
    before = _lineage(entries)
    if not before:
        command = build_command(index)
        raise IndexMissingError(f"There is no live index in '{index}' to go back from. Make one with: {command}")
    live, *earlier = before
    names = [entry.name for entry in earlier]
    if name is not None and name not in names:
        reason, hint = "is not kept", ""
        if name == live.name:
            reason = "is live already"
        elif name in entries:
            reason = "does not come before the live one: its run was undone"
            hint = " To take its captures back, name them: pprsearch update FILE."
        choice = f"You can go back to: {', '.join(names)}." if names else "There is none to go back to."
        raise InputError(f"Generation {name} {reason}.{hint} {choice}")
    if not earlier:
        raise InputError(
            f"Generation {live.name} is the first of those that are kept, so there is nothing to go back to. "
            "See them with: pprsearch history"
        )
    wanted = name or names[0]
    place = names.index(wanted)
    target, undone = earlier[place], (live, *earlier[:place])
    unknown = tuple(entry for entry in undone if entry.unreadable)
    return Rollback(target, undone, _brought(undone, target), unknown)


def _brought(undone: tuple[Entry, ...], target: Entry) -> tuple[SetAside, ...]:
    """Return the captures of undone runs that the target does not have."""
    kept, at = {(capture.path, capture.sha256) for capture in target.run.captures}, now()
    brought = {
        (capture.path, capture.sha256): SetAside(capture.path, capture.sha256, entry.run.restores or entry.name, at)
        for entry in undone  # newest first, so that the run that took it in first has the last word
        for capture in entry.run.captures
        if (capture.path, capture.sha256) not in kept
    }
    return tuple(brought[key] for key in sorted(brought))


def _ledger_after(plan: Rollback, ledger: Ledger, live: Path) -> Ledger:
    """Return the target's ledger, with what was set aside since added."""
    kept = {(capture.path, capture.sha256) for capture in plan.target.run.captures}
    try:
        before = read_ledger(live).set_aside
    except IndexDamagedError:
        before = ()
    aside = {(one.path, one.sha256): one for one in (*plan.aside, *before, *ledger.set_aside)}
    return dataclasses.replace(ledger, set_aside=tuple(aside[key] for key in sorted(aside) if key not in kept))


def _refusal(plan: Rollback, reason: str) -> StoreError:
    return StoreError(
        f"Generation {plan.target.name} {reason}, so it cannot be brought back; nothing was changed. "
        "Name an earlier one (pprsearch history lists them), or build again: pprsearch build"
    )


def _lineage(entries: Mapping[str, Entry]) -> list[Entry]:
    """Return the live generation and those that it grew from, newest first; what was undone is not among them.

    A generation that brought an earlier one back stands in its place, so the line goes on behind that one. Where a
    report does not say what was live before, it is taken to be the generation with the next lower number.
    """
    entry = next((entry for entry in entries.values() if entry.is_live), None)
    line: list[Entry] = []
    while entry is not None:
        line.append(entry)
        while entry is not None and entry.run.restores is not None:
            entry = _older(entries, entry.run.restores, entry)
        if entry is not None:
            older = [name for name in entries if int(name) < int(entry.name)]
            parent = entry.run.parent if entry.run.command else max(older, key=int, default=None)
            entry = _older(entries, parent, entry)
    return line


def _older(entries: Mapping[str, Entry], name: str | None, than: Entry) -> Entry | None:
    """Return a kept generation by name when it was made before another: a damaged report must not lead in a circle."""
    found = entries.get(name or "")
    return found if found and int(found.name) < int(than.name) else None
