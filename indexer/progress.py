"""How a long step tells how far it is: it passes on what it goes through. The command line shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Passes items on, one by one, to whoever works on them, and shows how far that is."""

    def __call__(self, items: Iterable[T], n: int, label: str) -> Iterable[T]:
        """Return the same items. n: how many they are, or a good guess; label: what is being done."""


def no_progress(items: Iterable[T], n: int, label: str) -> Iterable[T]:
    """Show nothing."""
    return items
