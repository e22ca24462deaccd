"""What the engine must meet (floor), what is aimed at, and what was measured, side by side.

The floors are the ones agreed on for this benchmark; the aims are what a prototype on the same kind of machine showed
to be in reach. Ratios are CPU time per question, ours with profile `plain` being 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# engine -> size -> (floor, aim); times faster than
FASTER_THAN: dict[str, dict[int, tuple[float, float]]] = {
    "tantivy": {500: (4, 8), 10_000: (4, 8), 100_000: (4, 8)},
    "fts5": {500: (6, 12), 10_000: (25, 50), 100_000: (60, 150)},
    "whoosh": {500: (50, 100), 10_000: (250, 1000)},
}
PAGES = {500: (10, 5), 10_000: (10, 5), 100_000: (15, 8)}  # bare Flask responses that a /search response may cost
COMPILING = {10_000: (0.2, 0.1)}  # of the CPU time of Whoosh's indexing
UPDATING = {10_000: (0.25, 0.1)}  # of the CPU time of a build, with one new page


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal. `at_least`: more is better. `met`, `reached`: floor and aim."""

    what: str
    size: int
    floor: float
    aim: float
    value: float
    at_least: bool

    def _holds(self, bound: float) -> bool:
        return self.value >= bound if self.at_least else self.value <= bound

    @property
    def verdict(self) -> str:
        if self._holds(self.aim):
            return "aim reached"
        return "floor met" if self._holds(self.floor) else "MISSED"


def check_goals(size: int, found: dict[str, Any]) -> Iterator[Goal]:
    """Yield the goals for one size, as far as what they are about was measured."""
    for name, bounds in FASTER_THAN.items():
        if size in bounds and name in found["engines"]:
            floor, aim = bounds[size]
            yield Goal(f"times faster than {name}", size, floor, aim, found["engines"][name]["ratio"], True)
    if size in PAGES and "web" in found:
        floor, aim = PAGES[size]
        yield Goal("bare Flask responses that a /search costs", size, floor, aim, found["web"]["ratio"], False)
    if size in COMPILING:
        floor, aim = COMPILING[size]
        yield Goal("compiling, share of Whoosh's indexing CPU", size, floor, aim, found["compile_share"], False)
    if size in UPDATING and "update" in found:
        floor, aim = UPDATING[size]
        yield Goal("an update with one page, share of a build's CPU", size, floor, aim, found["update"]["ratio"], False)
    if "load" in found:
        yield Goal("failed requests under load", size, 0, 0, found["load"]["errors"], False)
