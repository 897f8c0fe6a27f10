"""The eleven claims, each with what can judge it.

A claim about behaviour names the properties that it promises, the scenarios whose sessions bear on
it, and the classes of faults whose every schedule does. A claim about coordination, polling, cost,
the platform or simplicity is judged by a figure, by the yardstick that stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lastchunk.model.explore.matrix.fault_classes import BUILDERS
from lastchunk.reports.claims.by_cost import (
    COORDINATION,
    NATIVE,
    POLLING,
    SIMPLE,
    coordinates,
    efficient,
    native,
    simpler,
)
from lastchunk.reports.claims.evidence import Evidence

UPLINKS = ("cellular-driving", "cellular-lte", "slow-uplink", "everything-fast")
GONE = ("tab-closed-while-recording", "tab-closed-last-upload", "network-down-across-stop")
TROUBLE = (
    "platform-maintenance",
    "storage-trouble",
    "deploy-while-recording",
    "everything-at-once",
)
PAUSES = ("twelve-minute-pause", "sleeping-laptop")

EVERY_CLASS = tuple(BUILDERS)
NETWORK_CLASSES = ("reliable", "any-delay", "loss")
"""A page that lives and a platform without trouble: what the claims about time and the row mean."""
CLIENT_GONE = ("client-lost",)
PLATFORM = ("crashes", "late-alarms", "commits", "all")
"""What the platform does to an object, on which a guarantee by alarms rests."""
PAUSED_CLASSES = ("reliable", "late-alarms")
"""The classes with a user who pauses for 12 minutes and nothing else that could end a recording."""


@dataclass(frozen=True)
class Claim:
    """One claim: what is said, the properties that test it, and what bears on it.

    ``scenarios`` () are all. ``faults`` are classes of the verdict matrix; with ``of_a_pause`` a
    violation counts only in a session with a pause. ``figure`` judges by its ``yardstick``; where
    there are properties too, both must hold.
    """

    number: int
    words: str
    slugs: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    of_a_pause: bool = False
    figure: Callable[[Evidence, str], tuple[str, str]] | None = None
    yardstick: str = ""

    @property
    def is_of_the_network(self) -> bool:
        """Whether the scope of a report, with delays and retries, says anything of it."""
        return self.scenarios in ((), UPLINKS)

    def judged_by(self, titles: Mapping[str, str]) -> str:
        """By what the claim is judged, in words; ``titles`` are those of the classes of faults."""
        if not self.slugs:
            return self.yardstick
        where = ", ".join(self.scenarios) if self.scenarios else "all scenarios"
        classes = ", ".join(titles[slug] for slug in self.faults)
        pause = " (with a pause in it)" if self.of_a_pause else ""
        properties = (
            f"{' and '.join(self.slugs)}: in no session of {where} violated, and in no "
            f"schedule{pause} of the classes of faults {classes}."
        )
        return f"{self.yardstick} {properties}".strip()


CLAIMS = (
    Claim(
        1,
        "No race: finalization happens only after all uploads.",
        ("complete_at_finalization", "completed_is_final"),
        faults=EVERY_CLASS,
    ),
    Claim(
        2,
        "Automatic: no coordination between client and server.",
        ("finalizes",),
        GONE,
        CLIENT_GONE,
        figure=coordinates,
        yardstick=COORDINATION,
    ),
    Claim(
        3,
        "Guaranteed: at-least-once alarms with retries.",
        ("finalizes",),
        TROUBLE,
        PLATFORM,
    ),
    Claim(4, "Efficient: no polling.", figure=efficient, yardstick=POLLING),
    Claim(5, "No 403.", ("nothing_refused",), faults=EVERY_CLASS),
    Claim(
        6,
        "No timeouts, no arbitrary wait.",
        ("complete_at_finalization", "finalizes"),
        UPLINKS,
        NETWORK_CLASSES,
    ),
    Claim(
        7,
        "Works even if the client disconnects.",
        ("nothing_lost", "finalizes"),
        GONE,
        CLIENT_GONE,
    ),
    Claim(8, "Platform-native.", figure=native, yardstick=NATIVE),
    Claim(9, "Simpler code.", figure=simpler, yardstick=SIMPLE),
    Claim(
        10,
        "The recording appears with the correct duration about 5 s after the stop.",
        ("finalizes_promptly", "finalizes", "duration_true"),
        UPLINKS,
        NETWORK_CLASSES,
    ),
    Claim(
        11,
        "10 minutes handle long pauses.",
        ("not_while_recording", "nothing_lost"),
        PAUSES,
        PAUSED_CLASSES,
        of_a_pause=True,
    ),
)
