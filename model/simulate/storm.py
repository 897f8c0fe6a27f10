"""A storm: a design that keeps a session busy and never lets it come to an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lastchunk.model.base.blame import place_of_method
from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.trace.events import Event
from lastchunk.model.world.world import World
from lastchunk.reference_impl.contract import COMPLETED, INCOMPLETE

STORM = 10_000
LOOK = 1_000
BY_ITSELF = frozenset(
    (
        *("alarm", "alarm_limit", "move_alarm", "commit", "storage", "timer", "notify"),
        *("blob", "blob_call", "blob_refused", "idle_end", "old_ends", "restart"),
    )
)
"""What an object does or has under way without page, network and faults."""
"""So many happenings at one and the same ms are no session any more."""


class Storm:
    """Looks at a world after each so many happenings."""

    def __init__(self, world: World, design: DesignSpec) -> None:
        self.world = world
        self.design = design
        self.looked_ms = -1
        self.looks = self.looks_alone = 0

    def look(self) -> bool:
        """Whether a settled session has gone on alone for too long; asked every `LOOK` happenings.

        Raises `DesignError` for a design under which time stands still.
        """
        self.looks += 1
        if self.looks % (STORM // LOOK) == 0:
            self._look_at_time()
        self.looks_alone = self.looks_alone + 1 if is_alone(self.world) else 0
        # The first look that finds it alone does not know since when.
        return (self.looks_alone - 1) * LOOK >= self.world.scenario.limits.alone_max

    def _look_at_time(self) -> None:
        now_ms = self.world.now_ms
        if now_ms == self.looked_ms:
            raise DesignError(
                f"{self.design.name} had {STORM:,} happenings at {now_ms:,} ms, time stood still: "
                f"{busiest(self.design, self.world.trace)}"
            )
        self.looked_ms = now_ms

    def waiting(self) -> str:
        """Where the code stands that was told something last."""
        programs = (self.world.object.program, self.world.client.program)
        return "".join(
            program.line_of(program.log[-1][1])
            for program in programs
            if program.log and program.log[-1][1] in program.tasks
        )


def is_alone(world: World) -> bool:
    """Whether a settled session has nothing before it but what its own object does."""
    is_settled = world.object.status in (COMPLETED, INCOMPLETE)
    return is_settled and BY_ITSELF.issuperset(key[0] for key in world.pending)


def busiest(design: DesignSpec, trace: Sequence[Event]) -> str:
    """What the design did most of late, with its method."""
    methods = [name for event in trace[-STORM:] if (name := _method_of(event))]
    if not methods:
        return f"most of all {Counter(map(_kind_of, trace[-STORM:])).most_common(1)[0][0]}"
    name, count = Counter(methods).most_common(1)[0]
    place = place_of_method(design.cls, name)
    return f"{name}() ran {count:,} times in the last {len(trace[-STORM:]):,} events{place}"


def _method_of(event: Event) -> str:
    kind = _kind_of(event)
    return "alarm" if kind == "AlarmStarted" else str(getattr(event, "method", ""))


def _kind_of(event: Event) -> str:
    return type(event).__name__
