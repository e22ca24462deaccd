"""The engine of PPRNet Search: pages -> articles -> index -> ranked results. What is named here is what others may use.

Follow the data downward: pages, formats/, articles, records, schema, analysis, query, scoring, search. A name is loaded
when it is first used, so that a command pays only for what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.analysis import ANALYZERS, analyse
    from indexer.build import Run, build_from_pages, build_from_records, build_if_changed
    from indexer.cli import COMMANDS, create_cli, run_cli, setting_options
    from indexer.commands.build import say
    from indexer.config import Config, load_config
    from indexer.errors import ConfigError, IndexMissingError, InputError, NotFoundError, PprSearchError, StoreError
    from indexer.generations import current_name
    from indexer.model import (
        SORTS,
        Article,
        Assignment,
        Bucket,
        Citation,
        Comparison,
        ExplainedHit,
        Explanation,
        Facet,
        Fragment,
        Hit,
        Match,
        Notice,
        Problem,
        Results,
        SearchRequest,
        Snippet,
        Sort,
    )
    from indexer.query import Alternative, Clause
    from indexer.ranking import DEFAULT_PROFILE, Profile
    from indexer.search import Searcher, open_index

__all__ = [
    "ANALYZERS",
    "COMMANDS",
    "DEFAULT_PROFILE",
    "SORTS",
    "Alternative",
    "Article",
    "Assignment",
    "Bucket",
    "Citation",
    "Clause",
    "Comparison",
    "Config",
    "ConfigError",
    "ExplainedHit",
    "Explanation",
    "Facet",
    "Fragment",
    "Hit",
    "IndexMissingError",
    "InputError",
    "Match",
    "NotFoundError",
    "Notice",
    "PprSearchError",
    "Problem",
    "Profile",
    "Results",
    "Run",
    "SearchRequest",
    "Searcher",
    "Snippet",
    "Sort",
    "StoreError",
    "analyse",
    "build_from_pages",
    "build_from_records",
    "build_if_changed",
    "create_cli",
    "current_name",
    "load_config",
    "open_index",
    "run_cli",
    "say",
    "setting_options",
]

_HOME_OF = {
    **dict.fromkeys(("ANALYZERS", "analyse"), "indexer.analysis"),
    **dict.fromkeys(("Run", "build_from_pages", "build_from_records", "build_if_changed"), "indexer.build"),
    **dict.fromkeys(("COMMANDS", "create_cli", "run_cli", "setting_options"), "indexer.cli"),
    **dict.fromkeys(("say",), "indexer.commands.build"),
    **dict.fromkeys(("Config", "load_config"), "indexer.config"),
    **dict.fromkeys(
        ("ConfigError", "IndexMissingError", "InputError", "NotFoundError", "PprSearchError", "StoreError"),
        "indexer.errors",
    ),
    **dict.fromkeys(("current_name",), "indexer.generations"),
    **dict.fromkeys(
        (
            "SORTS",
            "Article",
            "Assignment",
            "Bucket",
            "Citation",
            "Comparison",
            "ExplainedHit",
            "Explanation",
            "Facet",
            "Fragment",
            "Hit",
            "Match",
            "Notice",
            "Problem",
            "Results",
            "SearchRequest",
            "Snippet",
            "Sort",
        ),
        "indexer.model",
    ),
    **dict.fromkeys(("Alternative", "Clause"), "indexer.query"),
    **dict.fromkeys(("DEFAULT_PROFILE", "Profile"), "indexer.ranking"),
    **dict.fromkeys(("Searcher", "open_index"), "indexer.search"),
}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'indexer' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
