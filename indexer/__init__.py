"""The engine of PPRNet Search: pages -> articles -> index -> ranked results. What is named here is what others may use.

Follow the data downward: pages, formats/, articles, records, schema, analysis, query, scoring, search. A name is loaded
when it is first used, so that a command pays only for what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.analysis import ANALYZERS, analyse
    from indexer.build import build_from_pages, build_from_records
    from indexer.changes import Change
    from indexer.cli import COMMANDS, create_cli, run_cli, setting_options
    from indexer.commands.running import say
    from indexer.config import Config, load_config
    from indexer.errors import ConfigError, IndexMissingError, InputError, NotFoundError, PprSearchError, StoreError
    from indexer.generations import current_name
    from indexer.history import RunReport, read_run
    from indexer.kernel import mark_up
    from indexer.ledger import Tombstone
    from indexer.model import (
        SORTS,
        Article,
        Assignment,
        AssignmentSource,
        Bucket,
        Citation,
        Comparison,
        ExplainedHit,
        Explanation,
        Facet,
        Fragment,
        Hit,
        MarkedText,
        Match,
        Notice,
        Override,
        Problem,
        Results,
        SearchRequest,
        Snippet,
        Sort,
    )
    from indexer.program import source_digest
    from indexer.query import PROSE_WORDS, Alternative, Clause
    from indexer.ranking import DEFAULT_PROFILE, PARAMETERS, Profile
    from indexer.search import Searcher, open_index
    from indexer.similar import Related
    from indexer.store import pointer_stamp
    from indexer.suggesting import Completion
    from indexer.task import Run
    from indexer.update import build_if_changed

__all__ = [
    "ANALYZERS",
    "COMMANDS",
    "DEFAULT_PROFILE",
    "PARAMETERS",
    "PROSE_WORDS",
    "SORTS",
    "Alternative",
    "Article",
    "Assignment",
    "AssignmentSource",
    "Bucket",
    "Change",
    "Citation",
    "Clause",
    "Comparison",
    "Completion",
    "Config",
    "ConfigError",
    "ExplainedHit",
    "Explanation",
    "Facet",
    "Fragment",
    "Hit",
    "IndexMissingError",
    "InputError",
    "MarkedText",
    "Match",
    "NotFoundError",
    "Notice",
    "Override",
    "PprSearchError",
    "Problem",
    "Profile",
    "Related",
    "Results",
    "Run",
    "RunReport",
    "SearchRequest",
    "Searcher",
    "Snippet",
    "Sort",
    "StoreError",
    "Tombstone",
    "analyse",
    "build_from_pages",
    "build_from_records",
    "build_if_changed",
    "create_cli",
    "current_name",
    "load_config",
    "mark_up",
    "open_index",
    "pointer_stamp",
    "read_run",
    "run_cli",
    "say",
    "setting_options",
    "source_digest",
]

_HOME_OF = {
    **dict.fromkeys(("ANALYZERS", "analyse"), "indexer.analysis"),
    **dict.fromkeys(("build_from_pages", "build_from_records"), "indexer.build"),
    **dict.fromkeys(("Change",), "indexer.changes"),
    **dict.fromkeys(("COMMANDS", "create_cli", "run_cli", "setting_options"), "indexer.cli"),
    **dict.fromkeys(("say",), "indexer.commands.running"),
    **dict.fromkeys(("Config", "load_config"), "indexer.config"),
    **dict.fromkeys(
        ("ConfigError", "IndexMissingError", "InputError", "NotFoundError", "PprSearchError", "StoreError"),
        "indexer.errors",
    ),
    **dict.fromkeys(("current_name",), "indexer.generations"),
    **dict.fromkeys(("RunReport", "read_run"), "indexer.history"),
    **dict.fromkeys(("mark_up",), "indexer.kernel"),
    **dict.fromkeys(("Tombstone",), "indexer.ledger"),
    **dict.fromkeys(
        (
            "SORTS",
            "Article",
            "Assignment",
            "AssignmentSource",
            "Bucket",
            "Citation",
            "Comparison",
            "ExplainedHit",
            "Explanation",
            "Facet",
            "Fragment",
            "Hit",
            "MarkedText",
            "Match",
            "Notice",
            "Override",
            "Problem",
            "Results",
            "SearchRequest",
            "Snippet",
            "Sort",
        ),
        "indexer.model",
    ),
    **dict.fromkeys(("source_digest",), "indexer.program"),
    **dict.fromkeys(("PROSE_WORDS", "Alternative", "Clause"), "indexer.query"),
    **dict.fromkeys(("DEFAULT_PROFILE", "PARAMETERS", "Profile"), "indexer.ranking"),
    **dict.fromkeys(("Searcher", "open_index"), "indexer.search"),
    **dict.fromkeys(("Related",), "indexer.similar"),
    **dict.fromkeys(("pointer_stamp",), "indexer.store"),
    **dict.fromkeys(("Completion",), "indexer.suggesting"),
    **dict.fromkeys(("Run",), "indexer.task"),
    **dict.fromkeys(("build_if_changed",), "indexer.update"),
}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'indexer' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME_OF[name]), name)
