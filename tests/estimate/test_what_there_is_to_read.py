"""How simple a design is: each count on classes whose lines a reader can count on this page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lastchunk.model.estimate.simplicity import Simplicity, simplicity_of
from tests.support.worlds import NoSettings


def deep(value: int) -> int:
    """Called by a helper; two lines."""
    return value


def helper(value: int) -> int:
    """Called by a method; three lines."""
    doubled = deep(value) * 2
    return doubled + value


def endless(value: int) -> int:
    """Calls itself; two lines."""
    return endless(value)


async def waits(ctx: Any) -> None:
    await ctx.storage.get("a")
    await ctx.storage.get("b")


class Plain:
    """One method of two lines; nothing awaits."""

    Settings = NoSettings

    def __init__(self, ctx: Any, settings: Any) -> None:
        self.ctx = ctx

    async def alarm(self) -> int:
        """Not counted.

        Nor this.
        """
        # Nor this.

        return 1


class Helped(Plain):
    """Two lines more by itself, and a chain of helpers."""

    async def create(self) -> int:
        return helper(1) + endless(1)


class Long(Plain):
    """A statement over four lines counts as four."""

    async def create(self) -> list[int]:
        return [
            1,
            2,
        ]


class Waits(Plain):
    """One await of its own, and two of its helper, which has no docstring."""

    async def create(self) -> None:
        await waits(self.ctx)


class Replaces(Plain):
    """Replaces the method: the old one is not there to be read."""

    async def alarm(self) -> int:
        return 2


class Extends(Plain):
    """Reaches the old method, which has to be read too."""

    async def alarm(self) -> int:
        return await super().alarm() + 1


class OnThePage(Plain):
    """A stop flow is the client's."""

    @staticmethod
    async def stop_flow(page: Any, settings: Any) -> None:
        """Two lines of body."""
        await page.browser.log("one")
        await page.browser.log("two")


@dataclass(frozen=True)
class Three:
    """Three settings."""

    a: int = 1
    b: int = 2
    c: int = 3


class Configured(Plain):
    """Has settings."""

    Settings = Three  # type: ignore[assignment]


PLAIN = Simplicity(lines=2, awaits=0, methods=1, client_lines=0, settings=0)


def test_a_method_has_its_head_and_its_statements() -> None:
    assert simplicity_of(Plain) == PLAIN


def test_helpers_count_and_so_do_theirs_each_once() -> None:
    assert simplicity_of(Helped) == Simplicity(2 + 2 + 3 + 2 + 2, 0, 2 + 3, 0, 0)


def test_a_statement_counts_by_its_lines() -> None:
    assert simplicity_of(Long).lines == 2 + 5


def test_awaits_are_counted_wherever_they_stand() -> None:
    assert simplicity_of(Waits) == Simplicity(2 + 2 + 3, 3, 3, 0, 0)


def test_a_method_that_is_replaced_is_not_read_and_one_that_is_extended_is() -> None:
    assert simplicity_of(Replaces) == PLAIN
    assert simplicity_of(Extends) == Simplicity(2 + 2, 1, 2, 0, 0)


def test_a_stop_flow_counts_for_the_client_alone() -> None:
    assert simplicity_of(OnThePage) == Simplicity(2, 0, 1, 3, 0)


def test_settings_are_counted() -> None:
    assert simplicity_of(Configured).settings == 3
