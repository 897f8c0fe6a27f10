"""The commands by name: a command's module is imported when it is called, and not before.

What a command needs (pandas, matplotlib, the explorer) takes seconds to import; ``--help`` needs
none of it.
"""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from lastchunk.starting import look_for_garbage

COMMANDS = {
    "scenarios": ("catalogue", "List the shipped scenarios, or show one with all its settings."),
    "designs": ("catalogue", "List the shipped designs with their settings."),
    "doctor": ("catalogue", "Say what is installed, and run a small check of the whole chain."),
    "simulate": ("simulate", "Run one session and show what happened, when, and what it means."),
    "replay": ("simulate", "Run a recorded schedule again: the same choices, the same trace."),
    "show": (
        "show",
        "Show a trace, a schedule or a counterexample: a page to step through, or for other tools.",
    ),
    "compare": ("compare", "Compare designs on the same sessions of one scenario."),
    "report": (
        "report",
        "Write the design review: every scenario, every design, figures and verdicts.",
    ),
    "verify": ("verify", "Explore every schedule of a design within the bounds of a scenario."),
    "region": (
        "region",
        "Map where a property is proved and where violated, for the values of two settings.",
    ),
    "sweep": (
        "sweep",
        "Run a plan over settings, scenarios and designs; ended at any moment, it goes on.",
    ),
    "merge": ("sweep", "Bring the chunks of a sweep's shards together, and write the result."),
    "rare": (
        "rare",
        "Estimate the rate of a rare violation, by splitting at levels that exploring finds.",
    ),
    "choose": (
        "choose",
        "Seek the settings that hold on every scenario; the cheapest, and the promptest.",
    ),
    "matrix": (
        "matrix",
        "Say of each design, property and class of faults: proved, violated or impossible.",
    ),
    "ci": (
        "ci",
        "Hold designs to properties as a file says: one line a check, and the exit code of a gate.",
    ),
    "conform": (
        "conform",
        "Play schedules on the real runtime, and compare what the object does, event by event.",
    ),
    "timetravel": (
        "timetravel",
        "Run a project's tests on a clock that they move: ten minutes of alarms take milliseconds.",
    ),
    "check-log": (
        "check_log",
        "Say of real logs which sessions were lost, refused or late, why, and with which schedule.",
    ),
    "serve": (
        "serve",
        "Serve a page that records with any design, on the real runtime, until Ctrl-C.",
    ),
    "fit": (
        "fit",
        "Fit a scenario to real logs; say what rate to expect, and which setting mends it.",
    ),
    "new-design": ("new_design", "Write a commented design to begin with, and its test."),
    "bind": ("bind", "Propose the binding of a TypeScript class: which call is which."),
    "import": (
        "importing",
        "Make a scenario of a throughput log, a connectivity profile, toxics or a table.",
    ),
}
"""Each command with the module that it is in and the first line of its help."""


class Loaded(TyperCommand):
    """A command in full."""

    def invoke(self, ctx: Any) -> Any:
        """Run it, now that its module is there."""
        from lastchunk.model.base.files import of_one_command

        look_for_garbage()
        with of_one_command():
            return super().invoke(ctx)


class LazyGroup(TyperGroup):
    """A group whose commands are stand-ins with a name and a line of help, until one is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, (_, line) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, in full."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, stand_in if name is None else load_command(name), rest


def load_command(name: str) -> Any:
    """A command with its options, from the function of its name in its module."""
    module, _ = COMMANDS[name]
    word = f"{name}_" if iskeyword(name) else name.replace("-", "_")
    function = getattr(import_module(f"lastchunk.cli.{module}"), word)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=Loaded)(function)
    return typer.main.get_command(alone)
