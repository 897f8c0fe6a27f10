"""Only an instance that can change nothing in place may forget what it was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lastchunk.model.design.load import load_design
from lastchunk.model.explore.verify import verify
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.world.code.lasting import lasting_fields
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import Chunk, Response


def plain(step: int = 1) -> int:
    """A function with an argument that nothing changes."""
    return step


def counts(box: list[int] = [0]) -> int:  # noqa: B006 - what is tried
    """A function that counts in an argument of its own."""
    box[0] += 1
    return box[0]


def counts_by_name(*, box: list[int] = [0]) -> int:  # noqa: B006 - what is tried
    """The same, by name."""
    box[0] += 1
    return box[0]


def closing() -> Callable[[], int]:
    """A function over a list."""
    box = [0]

    def count() -> int:
        box[0] += 1
        return box[0]

    return count


def with_field() -> Callable[[], int]:
    """A function that has a field."""

    def count() -> int:
        return 0

    count.box = [0]  # type: ignore[attr-defined]
    return count


@pytest.mark.parametrize(
    ("held", "lasts"),
    [
        (plain, True),
        (len, False),
        (counts, False),
        (counts_by_name, False),
        (closing(), False),
        (with_field(), False),
        ((1,), False),
        (1, True),
        ([], False),
    ],
)
def test_what_can_change_in_place_lasts_not(held: Any, lasts: bool) -> None:
    class Instance:
        def __init__(self) -> None:
            self.held = held

    assert (lasting_fields(Instance(), None) is not None) == lasts


class CountsInADefault(AlarmDesign):
    """Its second upload is answered otherwise than its first."""

    def __init__(self, ctx: Any, settings: Any) -> None:
        super().__init__(ctx, settings)
        box = [0]

        def count(box: list[int] = box) -> int:
            box[0] += 1
            return box[0]

        self.count = count

    async def upload(self, chunk: Chunk) -> Response:
        """As its base, and refused from the second on."""
        response = await super().upload(chunk)
        return Response(403) if self.count() > 1 else response


def test_a_count_in_a_default_is_not_forgotten() -> None:
    scenario = load_scenario("small-scope")
    found = verify(scenario, load_design(CountsInADefault, scenario))
    assert found.verdicts["nothing_refused"].kind == "violated"
