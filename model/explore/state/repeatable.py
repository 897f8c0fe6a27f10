"""Is the code repeatable? Built once more from what it was told, it must come out the same.

A design may depend on its context alone. One that keeps a counter beside it, or asks the system's
clock, would make a proof worthless; so some states are built twice.
"""

from __future__ import annotations

from lastchunk.model.base.errors import DesignError
from lastchunk.model.explore.state.discrete import DiscreteState
from lastchunk.model.explore.state.state_encoder import StateEncoder, Times
from lastchunk.model.trace.facts import Facts
from lastchunk.model.world.world import World

CHECKED = 25
"""So many states are built twice, and then each of that number."""


def check_repeatable(
    encoder: StateEncoder,
    name: str,
    discrete: DiscreteState,
    world: World,
    facts: Facts,
    times: Times,
) -> None:
    """Build the code's state once more. Raises `DesignError` with where it parts."""
    again = world.fork()
    for program in again.programs:
        program.digest = None
        program.is_checked = True
    try:
        parts = encoder.encode(again, facts, times)
        if DiscreteState(parts, False, discrete.chunks).key == discrete.key:
            return
        raise DesignError(
            f"{name} comes to another state when it is told the same again"
            f"{_parted(encoder, world, again)}; it may depend on its context's storage, blobs "
            "and now() alone"
        )
    finally:
        again.shed()


def _parted(encoder: StateEncoder, world: World, again: World) -> str:
    """Where two worlds part that were told the same: the line, and what the code holds."""
    programs = encoder.world.programs
    for whose, one, two in (
        ("object", world.object.program, again.object.program),
        ("page", world.client.program, again.client.program),
    ):
        lines = map(one.line_of, one.tasks)
        first_parts, then_parts = programs.parts(whose, one), programs.parts(whose, two)
        for part, other in zip(first_parts, then_parts):  # noqa: B905
            line = next(lines, "")  # the tasks come first, then the fields
            first, then = part.text.words(), other.text.words()
            if first != then:
                pairs = enumerate(zip(first, then))  # noqa: B905
                at = next((at for at, (a, b) in pairs if a != b), len(first))
                at = max(at - 60, 0)
                return f"{line}: first {first[at : at + 90]}, then {then[at : at + 90]}"
    return ""
