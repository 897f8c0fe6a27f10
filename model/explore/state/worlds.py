"""A world's steps, taken once for every search that comes to the same world.

What a step of the world does hangs on the world, on what happens and on the answers to what it asks
of time, and on nothing that a property remembers. So the searches of one scope share its worlds
(`Worlds`): where one has taken a step, the other asks the same questions in its own class, and if
it gets the same answers, goes on with the world that came of it, with its events and with its
parts as they are written already. The same answer has the same world, an object: its chunks, calls
and times have the same names in every search, so nothing is translated. What a property makes of
the events is worked out by each search for itself.

A step comes in two halves, since the properties look at its events in between, and ask, too: what
happens, and what is due after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.design.load import OBJECT_METHODS, DesignSpec
from lastchunk.model.explore.code.encode import Encoder
from lastchunk.model.explore.code.frames import NotListed
from lastchunk.model.explore.code.kinds import PLAIN
from lastchunk.model.explore.code.sizes import sized_chunk
from lastchunk.model.explore.code.watched import (
    WatchedChunk,
    check_is_watched,
    step_time_limit,
)
from lastchunk.model.explore.state.node import Move, Node
from lastchunk.model.explore.state.part import StatePart
from lastchunk.model.explore.state.state_encoder import Times, WorldEncoder
from lastchunk.model.explore.timing.bounds import bounds_of
from lastchunk.model.explore.timing.drawn import Drawn
from lastchunk.model.explore.timing.instant import Instant
from lastchunk.model.explore.timing.steps import (
    AnsweredQuestion,
    ClassTimeline,
    Leaf,
    StepQuestion,
)
from lastchunk.model.scenario.schema import Scenario
from lastchunk.model.subset import lasting_of
from lastchunk.model.trace.events import Event
from lastchunk.model.world.base.pending import Key
from lastchunk.model.world.object.instances import CONSTRUCT
from lastchunk.model.world.object.meter import IDLE, Meter
from lastchunk.model.world.world import World
from lastchunk.reference_impl.detached import DETACHED

KEPT_MAX = 150_000
"""So many steps are kept; with its world each takes about 6 KB."""
StepName = tuple[int, Key | None, str]
"""A step, by the id of the times of all that is pending, by what of it happens, and how."""
BEGINNING_STEP: StepName = (0, None, "")
Made = dict[int, tuple[Instant, int, int | None]]
"""The times that a step has named: after which instant each comes, and by how many ms."""


class Unmetered(Meter):
    """No costs are counted: they are sums over a whole run, and nothing depends on them."""

    __slots__ = ()

    def idle(self, at_ms: int) -> None:
        """The last event has left the object."""
        self.active_since_ms = IDLE

    def copy(self) -> Meter:
        """The same, for another world."""
        other = Unmetered()
        other.active_since_ms = self.active_since_ms
        return other


class StepPlace:
    """Where a half of a step has come to by its answers: nowhere yet, to a question, or to its end.

    ``follows`` are the places by the answer to the question.
    """

    __slots__ = ("content", "follows", "question")

    def __init__(self) -> None:
        self.question: StepQuestion | None = None
        self.follows: dict[Any, StepPlace] = {}
        self.content: Any = None


class DueAfter:
    """What is due after a step: the times named, those of all that is pending, and the parts."""

    __slots__ = ("made", "parts", "times")

    def __init__(self, made: Made, times: Times, parts: list[StatePart]) -> None:
        self.made = made
        self.times = times
        self.parts = parts


class Happened:
    """What has happened: the world, what it saw, why the run ends here, and what is due by then.

    ``is_new``: the code has run just now, and is to be shed.
    """

    __slots__ = ("due", "events", "fresh", "is_new", "reason", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.events: Sequence[Event] = world.trace
        self.fresh = [item for item in world.fresh if world.pending.get(item.key) is item]
        self.reason = world.ended or ("" if world.pending else "quiet")
        self.due = StepPlace()
        self.is_new = True
        world.trace, world.fresh = [], []


class Worlds:
    """The worlds of a design in a scenario, from the beginning on, and the names of their times.

    With ``symmetric`` the design gets chunks that note it if their index is looked at. With
    ``forgets_blobs`` what is stored is no part of a state.
    """

    def __init__(
        self, design: DesignSpec, scenario: Scenario, symmetric: bool, forgets_blobs: bool
    ) -> None:
        self.design = design
        self.symmetric = symmetric
        self.timeline = ClassTimeline()
        self.names = 1
        self.known: dict[StepName, tuple[StepPlace, Times]] = {}
        self.lasting = lasting_of(design.name, design.cls)
        self.pristine = World(design, scenario, 0)
        self.pristine.chunk_of = sized_chunk
        if symmetric:
            self.pristine.queued_chunk = WatchedChunk
            self.pristine.check_chunk = check_is_watched
        self.drawn = Drawn(scenario, self.pristine.client.settings.chunk_ms, self.timeline)
        self.pristine.object.meter = Unmetered()
        self.pristine.blob_store.is_explored = True
        self.pristine.blob_store.is_left_out = forgets_blobs
        for program in self.pristine.programs:
            program.records = True
        methods = (*OBJECT_METHODS, CONSTRUCT, DETACHED, design.cls.stop_call)
        fixed = [scenario, design, design.settings, design.cls, self.pristine.client.settings]
        made = [part for program in self.pristine.programs for part in program.made_by_world()]
        self.values = Encoder(methods, [*fixed, *scenario.faults, *made])
        self.values.check_chunk = self.pristine.check_chunk
        self.encoder = WorldEncoder(self.values, self.pristine, symmetric)

    # --- halves of a step --------------------------------------------------------------------

    @contextmanager
    def begun(self) -> Iterator[Happened]:
        """A beginning, in the class that the timeline has begun in."""
        known = self._place(BEGINNING_STEP, {})
        happened = self._again(known)
        if happened is not None:
            yield happened
            return
        world = self.pristine.fork()
        world.now_ms = Instant(self.timeline, 0)  # type: ignore[assignment]
        with _shed(world):
            programs = world.object.program, world.client.program
            with self.timeline.noting() as asked, step_time_limit(self.design.name, programs):
                self.drawn.give(world)
                world.begin()
            happened = Happened(world)
            yield happened
        self._keep(known, asked, happened)

    def stepped(self, node: Node, move: Move, told: Callable[[Happened], Leaf]) -> Leaf:
        """What is made of what a move comes to, in the class that the timeline has begun in."""
        known = self._place((id(node.times), move.key, move.outcome), node.times)
        happened = self._again(known)
        if happened is not None:
            return told(happened)
        world = node.world.fork()
        world.trace, world.fresh = [], []
        try:
            asked = self.timeline.note()
            try:
                self._happen(world, node.times[move.key], move)
            finally:
                self.timeline.noted = None
            happened = Happened(world)
            leaf = told(happened)
            self.lasting.check()
        except DesignError:
            self.lasting.check()  # what is told otherwise may come from what was changed here
            raise
        finally:
            world.shed()  # code that is dropped later, as garbage, would ask another step's class
        self._keep(known, asked, happened)
        return leaf

    def _happen(self, world: World, at_ms: Any, move: Move) -> None:
        with step_time_limit(self.design.name, (world.object.program, world.client.program)):
            world.happen(world.pending[move.key], at_ms, move.outcome)

    def due(self, happened: Happened, times: Times) -> DueAfter:
        """What is due after what has happened; ``times`` are those of all that was pending."""
        due: DueAfter | None = self._again(happened.due)
        if due is not None:
            return due
        world = happened.world
        with self.timeline.noting() as asked:
            known = {key: times[key] for key in world.pending if key in times}
            made = self._named(happened, known)
            try:
                due = DueAfter(made, known, self.encoder.parts(world, known))
            except NotListed as error:
                raise self.not_listed(error) from None
        if not happened.is_new:
            world.shed()
        self._keep(happened.due, asked, due)
        return due

    def not_listed(self, error: NotListed) -> DesignError:
        """The error that a state holds what cannot be kept."""
        return DesignError(
            f"{self.design.name}: storage, or what is under way, holds {error.what}; "
            f"allowed: {error.instead or PLAIN}"
        )

    def _named(self, happened: Happened, known: Times) -> Made:
        """Name the time of each thing that has become pending; ``known`` has it then."""
        made: Made = {}
        world = happened.world
        for pending in happened.fresh:
            # Also an exact time gets a name of its own: another class of the same state may have
            # come by it in another way, and two names that are one would tie it to the first way.
            name, self.names = self.names, self.names + 1
            made[name] = bounds_of(pending.delay, world.now_ms, known)
            known[pending.key] = Instant(self.timeline, name)
        return made

    # --- what is known -----------------------------------------------------------------------

    def _place(self, step: StepName, times: Times) -> StepPlace:
        """Where a step begins; one that nobody will find again where enough are kept.

        It is known by the very times that it begins with: a world may have come about once, and
        its times have got names more than once. The times are held, since an id is used again.
        """
        found = self.known.get(step)
        if found is not None:
            return found[0]
        place = StepPlace()
        if len(self.known) < KEPT_MAX:
            self.known[step] = place, times
        return place

    def _again(self, place: StepPlace) -> Any:
        """What half a step came to where it got the answers that it gets now; None: it never did.

        Then nothing has been asked.
        """
        mark = self.timeline.mark()
        while place.content is None:
            follows = None
            if place.question is not None:
                follows = place.follows.get(self.timeline.answer(place.question))
            if follows is None:
                self.timeline.back_to(mark)
                return None
            place = follows
        return place.content

    def _keep(
        self, place: StepPlace, asked: Sequence[AnsweredQuestion], content: Happened | DueAfter
    ) -> None:
        """Keep what half a step came to by its answers."""
        if isinstance(content, Happened):
            content.is_new = False
        for question, answer in asked:
            if place.question is None:
                place.question = question
            assert place.question == question, "a step that asks something else"
            place = place.follows.setdefault(answer, StepPlace())
        place.content = content


@contextmanager
def _shed(world: World) -> Iterator[None]:
    """Code that is dropped later, as garbage, would ask the class of another step."""
    try:
        yield
    finally:
        world.shed()


SharedWorlds = dict[tuple[bool, bool], Worlds]
"""The worlds of one design in one scenario, by `symmetric` and `forgets_blobs`."""
