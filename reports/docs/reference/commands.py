"""The page of the command line, and the help of each command as it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from typer.testing import CliRunner

from lastchunk.cli.app import app
from lastchunk.cli.lazy import COMMANDS, load_command
from lastchunk.reports.docs.reference.fields import in_markdown, md_table

OPENING = """# The command line

`lastchunk COMMAND --help` says the same. The [exit codes](properties.md#exit-codes) of a gate are
those of every command.
"""
HELP_WIDTH = 100
VALUES = {int: "a whole number", float: "a number", str: "a text", Path: "a path"}


def commands_page() -> str:
    """Every command with its arguments and options."""
    lines = [(f"[`{name}`](#{name})", line) for name, (_, line) in COMMANDS.items()]
    parts = [OPENING, md_table(("command", "what it does"), lines)]
    for name in COMMANDS:
        command = load_command(name)
        parts += [f"## {name}\n", in_markdown(command.help or "").strip() + "\n"]
        rows = [_row(param) for param in command.params if not getattr(param, "hidden", False)]
        if rows:
            parts.append(md_table(("", "value", "default", "meaning"), rows))
    return "\n".join(parts)


def _row(param: Any) -> tuple[str, str, str, str]:
    is_argument = param.param_type_name == "argument"
    name = (param.metavar or param.name).upper() if is_argument else ", ".join(param.opts)
    value = "" if is_argument or param.is_flag else _value_words(param)
    repeated = " May be repeated." if getattr(param, "multiple", False) else ""
    text = in_markdown(getattr(param, "help", "") or "")
    repeated = "" if "repeated" in text else repeated
    return f"`{name}`", value, _default(param), f"{text}{repeated}"


def _value_words(param: Any) -> str:
    if param.metavar:
        return f"`{param.metavar}`"
    kind = param.type_descriptor.annotation
    kind = next(iter(get_args(kind)), kind)  # of a list, what it is a list of
    words = VALUES[kind]
    return words + ("" if param.min is None else f" from {param.min:g}")


def _default(param: Any) -> str:
    if param.required:
        return "needed"
    if param.default is None or param.default is False or param.default in ("", []):
        return ""
    return f"`{param.default}`"


def help_texts() -> dict[str, str]:
    """What ``--help`` shows, by command; that of `lastchunk` itself is under ``lastchunk``."""
    return {name: help_text(name) for name in ("lastchunk", *COMMANDS)}


def help_text(name: str) -> str:
    """What ``--help`` of a command shows on a plain terminal of a fixed width."""
    words = [] if name == "lastchunk" else [name]
    plain = {"COLUMNS": str(HELP_WIDTH), "TERM": "dumb", "NO_COLOR": "1"}
    shown = CliRunner().invoke(app, [*words, "--help"], prog_name="lastchunk", env=plain)
    assert shown.exit_code == 0, shown.output
    return "\n".join(line.rstrip() for line in shown.stdout.strip("\n").splitlines()) + "\n"
