"""``check-log``: real logs, judged by the properties, with the way in which each session failed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from lastchunk.cli.app import PropertiesOption, SetOption, console
from lastchunk.cli.completing import designs_like, properties_like
from lastchunk.cli.loading import load, own_properties
from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import check_file, check_folder, write_text
from lastchunk.model.logs.check import ASSUMED, Checked, LogFinding, LogQuestion, check_logs
from lastchunk.model.logs.playback import NotPlayedError, keep_schedule, name_for_file, play_session
from lastchunk.model.logs.reading.mapping import read_mapping
from lastchunk.model.logs.reading.seen import SeenSession
from lastchunk.model.logs.ways import SAID
from lastchunk.model.properties import judge_settings

FORMAT = "lastchunk check-log 1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_DAY_MS = 253_402_214_400_000
"""The last day of the year 9999: no calendar goes on."""
IDLE_MINUTES_MAX = 1_000_000
SHOWN = 20
"""So many sessions that fail are shown; a file of results has all that are kept."""
COLOURS = {"violated": "red", "unknown": "yellow", "holds": "green"}
BARE = 'title = "A log"\n'


def check_log(
    files: Annotated[
        list[Path], typer.Argument(help="HARs, OTLP JSON exports, or event logs: of one kind.")
    ],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Which request is which call (TOML).")
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            "--design", autocompletion=designs_like, help="What is deployed; its grace counts."
        ),
    ] = None,
    overrides: SetOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--property", autocompletion=properties_like, help="Judge these alone."),
    ] = None,
    properties: PropertiesOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write a schedule of each failed session here.")
    ] = None,
    schedules: Annotated[
        int, typer.Option("--schedules", help="Of so many sessions at most.", min=0)
    ] = 20,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the results here as JSON.")
    ] = None,
    idle_minutes: Annotated[
        float,
        typer.Option("--idle-minutes", help="A session is over after so long without a word."),
    ] = 60.0,
) -> None:
    """Say of real logs which sessions were lost, refused or late, why, and with which schedule."""
    named, own = own_properties(only, properties)
    if not 1 <= idle_minutes <= IDLE_MINUTES_MAX:
        raise InputError("--idle-minutes", idle_minutes, f"1 to {IDLE_MINUTES_MAX:,}")
    if json_file is not None:
        check_file(json_file, "--json")
    if out is not None:
        kept = [item.name for item in out.glob("*.schedule")] if out.is_dir() else []
        check_folder(out, kept)
    settings = [item for item in overrides or [] if item.startswith("design.")]
    if len(settings) < len(overrides or []):
        wrong = next(item for item in overrides or [] if item not in settings)
        raise InputError("--set", wrong, "settings of the design, as design.grace_ms=20000")
    _, (spec,) = load(BARE, [design or "alarm"], settings, None, None)
    question = LogQuestion(
        read_mapping(mapping), judge_settings(spec), own, tuple(named), round(idle_minutes * 60_000)
    )
    player = None if out is None else SchedulePlayer(out, schedules, design or "", settings)
    checked = check_logs(files, question, player=player)
    show(checked, named, out)
    code = checked.exit_code(named)
    if json_file is not None:
        write_text(json_file, results_json(checked, named, code), "--json")
    raise typer.Exit(code)


class SchedulePlayer:
    """Plays sessions that failed, and writes their schedules into a folder."""

    def __init__(self, out: Path, most: int, design: str, overrides: list[str]) -> None:
        self.out = out
        self.left = most
        self.design = design
        self.overrides = overrides
        self.names: set[str] = set()

    def __call__(self, session: SeenSession, slugs: list[str]) -> tuple[str, str]:
        """The schedule's file, or why there is none."""
        if self.left <= 0:
            return "", "--schedules says no more"
        try:
            schedule, _ = play_session(session, slugs, self.design, self.overrides)
        except NotPlayedError as error:
            return "", str(error)
        self.left -= 1
        self.out.mkdir(parents=True, exist_ok=True)
        place = self.out / f"{self._name(session.name)}.schedule"
        keep_schedule(schedule, place)
        return str(place), ""

    def _name(self, session: str) -> str:
        name, number = name_for_file(session), 1
        while name in self.names:
            number += 1
            name = f"{name_for_file(session)}-{number}"
        self.names.add(name)
        return name


def show(checked: Checked, named: list[str], out: Path | None) -> None:
    """Print what was found: the properties, the sessions that fail, what was taken for true."""
    kinds, place = sorted(set(checked.kinds)), console()
    title = f"{', '.join(kinds)}: {checked.sessions:,} sessions, {checked.events:,} events"
    table = Table(
        "property", "verdict", "holds", "violated", "unknown", "silent", "why", title=title
    )
    judged = checked.judged(named)
    for slug, tally in judged.items():
        colour = COLOURS[tally.kind]
        counts = (tally.held, tally.violated, tally.undecided, tally.silent)
        reason = tally.reason if tally.kind == "unknown" else ""
        cells = [slug, f"[{colour}]{tally.kind}[/]", *(f"{count:,}" for count in counts)]
        table.add_row(*cells, escape(reason))
    place.print(table)
    if checked.findings:
        place.print(findings_table(checked.findings[:SHOWN]))
    for line in lines_below(checked, judged, out):
        place.print(escape(line), soft_wrap=True, highlight=False)


def findings_table(findings: list[LogFinding]) -> Table:
    """A row for each session that fails."""
    table = Table("session", "begun", "what", "nearest known way")
    for item in findings:
        words = "; ".join(
            f"{SAID.get(slug, slug)}: {found.detail}" for slug, found in item.violations.items()
        )
        way = item.way.words if item.way is not None else "none that is known"
        table.add_row(
            escape(short(item.session)), begun_words(item.begun_ms), escape(words), escape(way)
        )
    return table


def lines_below(checked: Checked, judged: Mapping[str, Any], out: Path | None) -> list[str]:
    """What stands below the tables, line by line."""
    lines = []
    rest = len(checked.findings) - SHOWN + checked.more_findings
    if rest > 0:
        lines.append(f"and {rest:,} sessions more that fail")
    for item in checked.findings[:SHOWN]:
        if item.schedule:
            command = shlex.join(["lastchunk", "replay", item.schedule])
            lines.append(f"to replay {item.session}: {command}")
        elif item.not_played and out is not None:
            lines.append(f"no schedule of {item.session}: {item.not_played}")
    if checked.findings and out is None:
        lines.append("--out FOLDER writes a schedule of each to replay")
    for slug, tally in checked.tallies.items():
        if slug not in judged:
            lines.append(f"not judged: {slug}: {tally.reason}")
    lines += [f"{count:,} {words}" for words, count in checked.notes.items()]
    assumed = dict.fromkeys(line for kind in checked.kinds for line in ASSUMED[kind])
    return lines + [f"taken for true: {line}" for line in assumed]


def short(name: str) -> str:
    """A name for a table: an object's id is long, and what tells it from others may be its end."""
    return name if len(name) <= 24 else f"{name[:8]}...{name[-12:]}"


def begun_words(at_ms: int) -> str:
    """When a session began: a time of day, or ms where the log has its own clock."""
    if not 10**11 <= at_ms < LAST_DAY_MS:
        return f"{at_ms:,} ms"
    return (
        (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="seconds")[:19].replace("T", " ")
    )


def results_json(checked: Checked, named: list[str], code: int) -> str:
    """The results as a file for programs."""
    judged = checked.judged(named)
    told = {
        "format": FORMAT,
        "exit_code": code,
        "kinds": checked.kinds,
        "sessions": checked.sessions,
        "events": checked.events,
        "properties": {
            slug: {
                "verdict": tally.kind if slug in judged else "not judged",
                "holds": tally.held,
                "violated": tally.violated,
                "unknown": tally.undecided,
                "silent": tally.silent,
                "reasons": dict(tally.reasons.most_common(5)),
            }
            for slug, tally in checked.tallies.items()
        },
        "failed": [finding_data(item) for item in checked.findings],
        "failed_and_not_kept": checked.more_findings,
        "notes": dict(checked.notes),
        "assumed": [line for kind in sorted(set(checked.kinds)) for line in ASSUMED[kind]],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def finding_data(item: LogFinding) -> dict[str, Any]:
    """One session that fails, for programs."""
    way = item.way
    return {
        "session": item.session,
        "begun_ms": item.begun_ms,
        "violations": {
            slug: {"at_ms": found.at_ms, "detail": found.detail}
            for slug, found in item.violations.items()
        },
        "way": None if way is None else {"key": way.key, "name": way.name, "rule": way.rule},
        "schedule": item.schedule or None,
        "not_played": item.not_played or None,
    }
