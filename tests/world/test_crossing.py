"""What crosses storage, a request, a response: each side has its own copy (R7), or is refused."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import DesignSpec, load_design
from lastchunk.model.properties import Violation, check_all
from lastchunk.model.scenario.load import load_scenario
from lastchunk.model.simulate import record, replay, simulate
from lastchunk.reference_impl.alarm import AlarmDesign
from lastchunk.reference_impl.contract import ACTIVE, STATE_KEY, Chunk, Response
from tests.explore.small import explored
from tests.support.probes import Probe, poke, probe
from tests.support.worlds import NoSettings, quiet, spec_of


@dataclass
class Log:
    """A list in a dataclass."""

    items: list[int] = field(default_factory=list)


def in_dict(items: list[int]) -> Any:
    return {"items": items}


def in_default(items: list[int]) -> Any:
    made: defaultdict[str, list[int]] = defaultdict(list)
    made["items"] = items
    return made


def in_ordered(items: list[int]) -> Any:
    return OrderedDict(items=items)


def in_tuple(items: list[int]) -> Any:
    return ("items", (items,))


def in_deque(items: list[int]) -> Any:
    return deque([items])


WAYS: list[tuple[Callable[[list[int]], Any], Callable[[Any], list[int]]]] = [
    (in_dict, lambda value: value["items"]),
    (in_default, lambda value: value["items"]),
    (in_ordered, lambda value: value["items"]),
    (in_tuple, lambda value: value[1][0]),
    (in_deque, lambda value: value[0]),
    (Log, lambda value: value.items),
]
EACH_WAY = pytest.mark.parametrize(("wrap", "items_of"), WAYS, ids=lambda way: way.__name__)


@EACH_WAY
def test_r7_what_is_stored_and_what_is_read_are_copies(
    wrap: Callable[[list[int]], Any], items_of: Callable[[Any], list[int]]
) -> None:
    class Changes(Probe):
        async def poke(self) -> Response:
            items = [1]
            value = wrap(items)
            await self.ctx.storage.put("key", value)
            items.append(2)
            first = await self.ctx.storage.get("key")
            self.seen.append(list(items_of(first)))
            items_of(first).append(3)
            second = await self.ctx.storage.get("key")
            self.seen.append(list(items_of(second)))
            self.seen.append(type(second) is type(value))
            return Response(200)

    poke(probe(Changes), 50)
    assert Changes.seen == [[1], [1], True]


@EACH_WAY
def test_page_and_object_share_no_argument_and_no_body(
    wrap: Callable[[list[int]], Any], items_of: Callable[[Any], list[int]]
) -> None:
    class Talks(Probe):
        bodies: ClassVar[list[Any]] = []
        kept: Any = None

        async def poke(self, given: Any = None) -> Response:
            items_of(given).append(2)
            self.kept = given
            return Response(200, given)

        async def look(self) -> Response:
            return Response(200, list(items_of(self.kept)))

        @staticmethod
        async def stop_flow(page: Any, settings: NoSettings) -> None:
            items = [1]
            value = wrap(items)
            response = await page.browser.fetch("poke", (value,))
            Talks.bodies.append((items, list(items_of(response.body))))
            items_of(response.body).append(3)
            items.append(4)
            Talks.bodies.append((await page.browser.fetch("look")).body)

    with pytest.raises(DesignError, match=r"Talks\.bodies"):  # what it tells the test by
        simulate(quiet(), spec_of(Talks), 1)
    assert Talks.bodies == [([1, 4], [1, 2]), [1, 2]]


def stale(wrap: type) -> type[AlarmDesign]:
    """A design that writes back, after its put, a count that it had read before."""

    class Stale(AlarmDesign):
        async def upload(self, chunk: Chunk) -> Response:
            state = await self.ctx.storage.get(STATE_KEY)
            if state is None or state["status"] != ACTIVE:
                return Response(409)
            await self.ctx.blobs.put(chunk)
            state["chunks_uploaded"] += 1
            await self.ctx.storage.put(STATE_KEY, wrap(state))
            return Response(200)

    return Stale


@pytest.mark.parametrize("wrap", [dict, OrderedDict])
def test_a_stale_copy_shows_whatever_dictionary_it_is_in(wrap: type) -> None:
    scenario = load_scenario("lossy-mobile", ["client.uploads_parallel=3"])
    settings = load_design("alarm", scenario).settings
    design = DesignSpec("stale", stale(wrap), settings, "alarm")
    runs = [simulate(scenario, design, 1, session) for session in range(15)]
    wrong = [isinstance(check_all(x.facts, x.judge)["count_true"], Violation) for x in runs]
    assert sum(wrong) > 5


class Keeps(AlarmDesign):
    """Keeps further values in storage; a subclass says which."""

    kinds: ClassVar[list[Any]] = []

    async def upload(self, chunk: Chunk) -> Response:
        """Store them, read them, store them again."""
        for number, kind in enumerate(self.kinds):
            await self.ctx.storage.put(f"kept {number}", kind)
            await self.ctx.storage.put(
                f"again {number}", await self.ctx.storage.get(f"kept {number}")
            )
        return await super().upload(chunk)


@pytest.mark.parametrize(
    "kind", [way([1]) for way, _ in WAYS], ids=lambda kind: type(kind).__name__
)
def test_what_can_be_stored_can_be_explored_and_replayed(kind: Any) -> None:
    class One(Keeps):
        kinds: ClassVar[list[Any]] = [kind]

    found = explored(One, ["complete_at_finalization"], "chunks=1", "design.grace_ms=3")
    plain = explored("alarm", ["complete_at_finalization"], "chunks=1", "design.grace_ms=3")
    assert found.verdict == plain.verdict
    scenario = quiet()
    spec = DesignSpec("one", One, load_design("alarm", scenario).settings, "alarm")
    one, schedule = record(scenario, spec, 1)
    assert replay(schedule, spec).trace == one.trace


class Own(dict[str, int]):
    """No plain data: it may hold more than its items."""


def refused(cls: type[Probe]) -> str:
    """How a run of a design is refused."""
    with pytest.raises(DesignError) as caught:
        simulate(quiet(), spec_of(cls), 1)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda ctx: ctx.storage.put("key", Own()),
            "puts into storage a value of type Own at line ",
        ),
        (lambda ctx: ctx.storage.put("key", [[Own()]]), "puts into storage a value of type Own"),
        (lambda ctx: ctx.storage.put("key", print), "a value of type builtin_function_or_method"),
        (lambda ctx: ctx.storage.put(7, 1), "puts under the key 7 at line "),
        (lambda ctx: ctx.storage.get(None), "reads the key None at line "),
        (lambda ctx: ctx.storage.delete({"key": 1}), "deletes the key {'key': 1} at line "),
        (lambda ctx: ctx.notify(7), "notifies with the key 7 at line "),
        (lambda ctx: ctx.blobs.put(b"bytes"), "puts b'bytes' into the blob store at line "),
    ],
)
def test_what_an_object_may_not_hand_out_is_refused_by_its_line(
    act: Callable[[Any], Any], words: str
) -> None:
    class Hands(Probe):
        async def poke(self) -> Response:
            await act(self.ctx)
            return Response(200)

    text = refused(Hands)
    assert text.startswith("Hands.poke() ")
    assert words in text
    assert "; allowed: " in text


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda browser: browser.fetch("poke", (Own(),)), "calls poke() with a value of type Own"),
        (lambda browser: browser.fetch("poke", [1]), "calls poke() with [1]"),
        (lambda browser: browser.fetch("upload", Chunk(0, 1)), "calls upload() with Chunk("),
        (lambda browser: browser.fetch("upload", (1,)), "calls upload() with (1,)"),
        (lambda browser: browser.fetch("poke", (), -1), "waits for -1 ms"),
        (lambda browser: browser.sleep(-5, 3), "sleeps -5 at line"),
        (lambda browser: browser.sleep(5, 3), "sleeps 5 to 3 ms"),
        (lambda browser: browser.sleep(0.5, 3), "sleeps 0.5 at line"),
    ],
)
def test_what_a_page_may_not_ask_for_is_refused(act: Callable[[Any], Any], words: str) -> None:
    class Asks(Probe):
        async def poke(self, *given: Any) -> Response:
            return Response(200)

        @staticmethod
        async def stop_flow(page: Any, settings: NoSettings) -> None:
            await act(page.browser)

    text = refused(Asks)
    assert text.startswith("Asks.stop() ")
    assert words in text
    assert "; allowed: " in text


def test_a_body_that_is_no_plain_data_is_refused() -> None:
    class Answers(Probe):
        async def poke(self) -> Response:
            return Response(200, Own())

    words = "Answers.poke() returned, as the body of its response, a value of type Own; allowed: "
    assert refused(Answers).startswith(words)
