"""Measurements -> a text table, ratios first; `report.json`; and `report.html`, one file that opens from disk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from benchmark.engines import OURS
from benchmark.goals import FASTER_THAN, Goal, check_goals
from benchmark.svg import Bar, log_bars

Row = Sequence[str]
Table = tuple[str, Row, Sequence[Row]]
MB = 1 << 20

STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --back: #fff; --line: #d5dbe2; --k0: #2563a8; --k1: #8aa4bf }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ee; --back: #14181d; --line: #39424d; --k0: #6aa6e8; --k1: #56697d }
}
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--back) }
body { max-width: 62em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; margin: .5em 0 1.5em; font-variant-numeric: tabular-nums }
td, th { border-bottom: 1px solid var(--line); padding: .2em .8em .2em 0; text-align: right; font-weight: normal }
th { font-weight: 600; vertical-align: bottom } td:first-child, th:first-child { text-align: left }
svg { width: 100%; max-width: 760px; display: block; margin: 1em 0; font-size: 12px; fill: var(--ink) }
.grid { stroke: var(--line) } .axis { text-anchor: middle; opacity: .7 } .label { text-anchor: end }
.k0 { fill: var(--k0) } .k1 { fill: var(--k1) } .far { stroke: var(--ink) }
.floor { stroke: #c2410c; stroke-width: 2.5 }
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>PPRNet Search: benchmark</title><style>{style}</style>
<h1>PPRNet Search: benchmark</h1><p>{heading}</p>
{body}
<h2>Notes</h2><ul>{notes}</ul></html>
"""
# column -> key of an engine's measurements
HOT = {
    "CPU ratio": "ratio",
    "wall ratio": "wall_ratio",
    "CPU p50 ms": "cpu_p50",
    "CPU p95 ms": "cpu_p95",
    "wall p50 ms": "wall_p50",
    "wall p95 ms": "wall_p95",
    "questions": "questions",
}
COLD = {
    "cold CPU ratio": "cold_ratio",
    "cold CPU ms": "cold_cpu",
    "first after opening, CPU ms": "first_cpu",
    "start CPU s": "start_cpu_s",
    "start wall s": "start_wall_s",
}
SPACE = {
    "serving MB": "rss_mb",
    "own MB": "own_mb",
    "index MB": "index_mb",
    "build CPU s": "build_cpu_s",
    "build wall s": "build_wall_s",
    "build peak MB": "build_peak_mb",
}
ANSWERS = {
    "same total": "same_total",
    "same counts": "same_counts",
    "when not, total off by": "off_by",
    "at most": "off_by_most",
    "same ten": "same_hits",
    "hits with a snippet": "snippets",
}


def write_reports(report: dict[str, Any], folder: Path) -> str:
    """Write `report.json` and `report.html`; return the text for the terminal."""
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(_html(report), encoding="utf-8")
    return "\n".join([_heading(report), *(_text(table) for table in _tables(report)), *report["notes"], ""])


def _goals(report: dict[str, Any]) -> list[Goal]:
    return [goal for size, found in report["sizes"].items() for goal in check_goals(int(size), found)]


def _heading(report: dict[str, Any]) -> str:
    m = report["machine"]
    machine = f"{m['cpu']}, {m['cores']} cores, {m['system']}, Python {m['python']}, load {m['load']:.1f} at the start"
    return f"{report['date']}   {machine}\n{'; '.join(report['versions'].values())}"


# --- tables ----------------------------------------------------------------------------------------------------------


def _tables(report: dict[str, Any]) -> Iterator[Table]:
    goals = [
        (g.what, f"{g.size:,}", _number(g.floor), _number(g.aim), _number(g.value), g.verdict) for g in _goals(report)
    ]
    yield "Goals", ("", "articles", "floor", "aim", "measured", ""), goals
    for size, found in report["sizes"].items():
        shown, engines = f"{int(size):,} articles", found["engines"]
        answers = {name: engine["answers"] for name, engine in engines.items()}
        yield _engine_table(f"{shown}: one question, hot", HOT, engines)
        yield _engine_table(f"{shown}: an engine opened anew; a process up to its first answer", COLD, engines)
        yield _engine_table(f"{shown}: memory and building", SPACE, engines)
        yield _engine_table(f"{shown}: answers compared with ours, in percent", ANSWERS, answers, scale=100)
        yield f"{shown}: ours alone", ("", ""), list(_our_rows(found))
        functions = [(f"{share:.1%}", str(calls), name) for share, _, calls, name in found["profile"]["functions"]]
        title = f"{shown}: where our time goes (own time, {found['profile']['questions']} questions)"
        yield title, ("", "calls", ""), functions


def _engine_table(title: str, columns: dict[str, str], engines: dict[str, Any], scale: float = 1) -> Table:
    rows = [
        (name, *("-" if engine.get(key) is None else _number(engine[key] * scale) for key in columns.values()))
        for name, engine in engines.items()
    ]
    return title, ("", *columns), rows


def _our_rows(found: dict[str, Any]) -> Iterator[Row]:
    yield "compiling / Whoosh's indexing (CPU)", f"{found['compile_share']:.1%}"
    real = found["real"]
    for name in ("plain", "default"):
        times = f"{real[name]['cpu_p50']:.3f}, {real[name]['cpu_p95']:.3f}"
        yield f"real words, profile {name}: CPU p50, p95 ms", times
    yield "real words, default / plain (CPU, question by question)", f"{real['ratio']:.2f}"
    if "update" in found:
        update = found["update"]
        yield "update with one new page / build (CPU)", f"{update['ratio']:.1%}"
        yield (
            "build, update, update with nothing new: CPU s",
            ", ".join(f"{update[key]:.2f}" for key in ("build", "update", "nothing")),
        )
    if "web" in found:
        web = found["web"]
        yield "/search / bare Flask response (CPU)", f"{web['ratio']:.1f}"
        yield "/search, bare: CPU p50 ms", f"{web['search_ms']:.2f}, {web['bare_ms']:.3f}"
        yield "the same compressed / bare Flask response", f"{web['compressed_ratio']:.1f}"
        yield "/search page, compressed, kB", f"{web['page_bytes'] / 1000:.0f}, {web['compressed_bytes'] / 1000:.1f}"
    if "load" in found:
        load = found["load"]
        yield f"load: {load['readers']} readers, {load['requests']:,} requests: errors", str(load["errors"])
        yield "load: requests a second, readers and server on the same cores", f"{load['per_second']:.0f}"
        yield "load: p50, p95, p99 ms", ", ".join(f"{load[key]:.0f}" for key in ("p50_ms", "p95_ms", "p99_ms"))
        yield "load: p99 around the switch, ms", f"{load['p99_around_switch_ms']:.0f}"
        late = load["seconds_to_new"]
        yield "load: seconds from the switch to its first answer", "never answered" if late is None else f"{late:.2f}"


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _text(table: Table) -> str:
    title, heading, rows = table
    widths = [max(len(row[i]) for row in (heading, *rows)) for i in range(len(heading))]
    lines = [f"\n{title}"]
    for row in (heading, *rows):
        first, *middle, last = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        first = row[0].ljust(widths[0])
        last = last if last.strip()[:1].isdigit() else row[-1]
        lines.append("  ".join([first, *middle, last]).rstrip())
    return "\n".join(line for line in lines if line)


# --- HTML ------------------------------------------------------------------------------------------------------------


def _html(report: dict[str, Any]) -> str:
    goals, *others = (_html_table(table) for table in _tables(report))
    return PAGE.format(
        style=STYLE,
        heading=escape(_heading(report)).replace("\n", "<br>"),
        body="\n".join([goals, *_plots(report), *others]),
        notes="".join(f"<li>{escape(note)}</li>" for note in report["notes"]),
    )


def _plots(report: dict[str, Any]) -> Iterator[str]:
    for size, found in report["sizes"].items():
        title = f"How many times as much CPU as ours a question takes, {int(size):,} articles"
        bars = [_ratio_bar(name, int(size), e) for name, e in found["engines"].items() if not name.startswith(OURS)]
        if bars:
            yield f"<h2>{title}</h2><p>The short line is the floor: a bar that ends left of it misses it.</p>"
            yield log_bars(title, bars, "x", margin=1)  # from 1, which is ours
        title = f"CPU time of one question: median, and on to the 95th percentile, {int(size):,} articles"
        yield f"<h2>{title}</h2>"
        yield log_bars(title, [_time_bar(name, engine) for name, engine in found["engines"].items()], "ms")


def _ratio_bar(name: str, size: int, engine: dict[str, Any]) -> Bar:
    floor = FASTER_THAN.get(name, {}).get(size)
    text = f"{_number(engine['ratio'])} x"
    if floor is None:
        return Bar(name, engine["ratio"], text)
    return Bar(name, engine["ratio"], f"{text} (floor {_number(floor[0])})", floor=floor[0])


def _time_bar(name: str, engine: dict[str, Any]) -> Bar:
    text = f"{_number(engine['cpu_p50'])}, p95 {_number(engine['cpu_p95'])}"
    return Bar(name, engine["cpu_p50"], text, int(not name.startswith(OURS)), far=engine["cpu_p95"])


def _html_table(table: Table) -> str:
    title, heading, rows = table
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
