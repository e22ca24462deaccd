"""What docs/operating.md names is there: commands, their options, addresses of the web page."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from indexer import COMMANDS, Config, create_cli
from indexer.problems import CODES
from webui import create_app
from webui.cli import WEB_COMMANDS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"pprsearch ([a-z]+)((?: (?:--[a-z-]+|[A-Z_]+|\d+))*)", TEXT)))


@pytest.mark.parametrize(("name", "options"), NAMED, ids=lambda value: value.strip() or "-")
def test_a_command_it_names_exists_and_has_the_options_it_names(name: str, options: str) -> None:
    cli = create_cli({**COMMANDS, **WEB_COMMANDS})
    command = cli.get_command(click.Context(cli), name)
    assert command is not None, name
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", options)) <= known


def test_it_names_at_least_the_commands_of_the_month() -> None:
    assert {"fetch", "update", "status", "rollback", "remove", "check"} <= {name for name, _ in NAMED}


def test_the_addresses_it_names_are_those_of_the_web_page(tmp_path: Path) -> None:
    addresses = set(re.findall(r"^\| `(/[a-z.]+)` \|", TEXT, flags=re.MULTILINE))
    assert len(addresses) == 4
    routes = {rule.rule for rule in create_app(Config(index=tmp_path)).url_map.iter_rules()}
    assert addresses <= routes


def test_its_table_of_warning_codes_is_that_of_the_program() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (note|warning|skipped) \| (.*) \| (.*) \|$", TEXT, flags=re.MULTILINE)
    assert rows == [(code, row.level, row.meaning, row.remedy) for code, row in CODES.items()]
