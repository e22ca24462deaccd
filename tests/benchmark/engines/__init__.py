"""The engines under test by name. A module is imported by the process that needs it, and by no other."""

from __future__ import annotations

import importlib

from benchmark.work import EngineUnderTest

OURS = "pprsearch"
ADAPTERS = {
    OURS: ("ours", "Plain"),
    "pprsearch/default": ("ours", "Default"),
    "pprsearch/numpy": ("ours_numpy", "PlainInNumpy"),
    "tantivy": ("tantivy_peer", "Tantivy"),
    "bm25s": ("bm25s_peer", "Bm25s"),
    "fts5": ("fts5_peer", "Fts5"),
    "xapian": ("xapian_peer", "Xapian"),
    "whoosh": ("whoosh_peer", "WhooshPeer"),
}
VARIANTS = tuple(name for name in ADAPTERS if name.startswith(f"{OURS}/"))  # of ours, on the same index
PEERS = tuple(name for name in ADAPTERS if not name.startswith(OURS))


def load_engine(name: str) -> type[EngineUnderTest]:
    """Return the adapter of an engine; ImportError when its library is not installed."""
    module, adapter = ADAPTERS[name]
    found: type[EngineUnderTest] = getattr(importlib.import_module(f"benchmark.engines.{module}"), adapter)
    return found
