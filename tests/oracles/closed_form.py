"""An independent closed form of both designs: sort the arrivals, scan the alarm deadlines.

It knows no coroutine, no object, no event queue and no SimPy. It reads the same random streams as
the simulator, lays the uploads of a session out by arithmetic, and computes the first completion.
What comes after the first completion is not its business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lastchunk.model.base.streams import Streams
from lastchunk.model.scenario.schema import Scenario

Times = NDArray[np.int64]
NEVER = -1


@dataclass(frozen=True)
class Layout:
    """One session laid out: when the stop was pressed, when each upload ended and was acked.

    ``ends_ms`` has one entry per attempt that reached the object; ``stored_ms`` and ``acked_ms``
    one per chunk. ``ran_ms`` is when the stop call ran at the object if it was sent at the stop.
    """

    created_ms: int
    stop_ms: int
    ends_ms: Times
    stored_ms: Times
    acked_ms: Times


@dataclass(frozen=True)
class FirstCompletion:
    """When the session first became completed, how many chunks were missing, and any tie."""

    at_ms: int
    missing: int
    is_tie: bool


class Draws:
    """The delays and losses of one session, by the names of their streams."""

    def __init__(self, scenario: Scenario, seed: int, session: int) -> None:
        self.network = scenario.network
        self.blobs = scenario.blobs
        self.streams = Streams(seed, session)
        duration = scenario.recording.duration_ms
        self.duration_ms = duration.quantile(self.streams.uniform("recording duration"))

    def request(self, chunk: int, attempt: int) -> tuple[int, bool]:
        """The delay of an upload's request leg in ms, and whether it is lost."""
        name = (chunk + 1, attempt, 0)
        delay_ms = self.network.request_delay_ms.quantile(
            self.streams.uniform("upload request delay", *name)
        )
        u = self.streams.uniform("upload request delay outcome", *name)
        return delay_ms, u < self.network.request_loss

    def response(self, chunk: int, attempt: int) -> tuple[int, bool]:
        """The delay of an upload's response leg in ms, and whether it is lost."""
        name = (chunk + 1, attempt, 0)
        delay_ms = self.network.response_delay_ms.quantile(
            self.streams.uniform("upload response delay", *name)
        )
        u = self.streams.uniform("upload response delay outcome", *name)
        return delay_ms, u < self.network.response_loss

    def put(self, chunk: int, attempt: int) -> int:
        """How long the blob store takes, in ms."""
        u = self.streams.uniform("blob put delay", chunk, attempt, 0)
        return self.blobs.put_delay_ms.quantile(u)

    def create(self) -> tuple[int, int]:
        """The two legs of the create call, in ms."""
        down = self.network.response_delay_ms
        return (
            self.network.request_delay_ms.quantile(
                self.streams.uniform("create request delay", 0, 0, 0)
            ),
            down.quantile(self.streams.uniform("create response delay", 0, 0, 0)),
        )

    def stop(self) -> int:
        """The request leg of the stop call, in ms."""
        delay = self.network.stop_delay_ms or self.network.request_delay_ms
        return delay.quantile(self.streams.uniform("stop request delay", 0, 0))


def upload(draws: Draws, chunk: int, sent_ms: int, retry_ms: int) -> tuple[list[int], int]:
    """The ends of all attempts of one chunk at the object, and the time of its ack."""
    ends_ms: list[int] = []
    attempt = 0
    while True:
        request_ms, is_lost = draws.request(chunk, attempt)
        sent_ms += request_ms
        if not is_lost:
            ends_ms.append(sent_ms + draws.put(chunk, attempt))
            response_ms, is_lost = draws.response(chunk, attempt)
            sent_ms = ends_ms[-1] + response_ms
        if not is_lost:
            return ends_ms, sent_ms
        sent_ms += retry_ms
        attempt += 1


def lay_out(scenario: Scenario, draws: Draws) -> Layout:
    """The whole session, as if nothing were ever refused."""
    client = scenario.client
    created_ms, answered_ms = draws.create()
    start_ms = created_ms + answered_ms
    count = -(-draws.duration_ms // client.chunk_ms)
    queued_ms = start_ms + client.chunk_ms * np.arange(1, count + 1)
    queued_ms[-1] = start_ms + draws.duration_ms
    free_ms = np.zeros(client.uploads_parallel, dtype=np.int64)
    ends_ms: list[int] = []
    stored_ms, acked_ms = [], []
    for chunk, queued in enumerate(queued_ms):
        slot = int(np.argmin(free_ms))
        sent_ms = int(max(queued, free_ms[slot]))
        ends, acked = upload(draws, chunk, sent_ms, client.retry_ms)
        free_ms[slot] = acked
        ends_ms += ends
        stored_ms.append(ends[0])
        acked_ms.append(acked)
    return Layout(
        created_ms,
        start_ms + draws.duration_ms,
        np.array(ends_ms),
        np.array(stored_ms),
        np.array(acked_ms),
    )


def alarm_first_completion(
    layout: Layout, stop_request_ms: int, grace_ms: int, long_ms: int
) -> FirstCompletion:
    """Scan the deadlines: each upload's end sets the long one, the stop the short one."""
    ran_ms = layout.stop_ms + stop_request_ms
    times_ms = np.concatenate([[layout.created_ms, ran_ms], layout.ends_ms])
    waits_ms = np.full(times_ms.size, long_ms)
    waits_ms[1] = grace_ms
    order = np.argsort(times_ms, kind="stable")
    times_ms, waits_ms = times_ms[order], waits_ms[order]
    due_ms = times_ms + waits_ms
    following_ms = np.append(times_ms[1:], np.iinfo(np.int64).max)
    at_ms = int(due_ms[np.argmax(due_ms <= following_ms)])
    # Two ends at the same ms set the same alarm; only the stop's tie leaves the order open.
    is_tie = bool(np.any(layout.ends_ms == ran_ms) or np.any(layout.ends_ms == at_ms))
    return FirstCompletion(at_ms, int(np.sum(layout.stored_ms > at_ms)), is_tie)


def manual_first_completion(
    layout: Layout, stop_request_ms: int, poll_ms: int, wait_ms_max: int
) -> FirstCompletion:
    """The first look that finds nothing waiting sends the finalize call, at once."""
    earlier_ms = layout.acked_ms[:-1]
    if np.all(earlier_ms <= layout.stop_ms):
        look_ms = layout.stop_ms  # the last chunk is queued just after this look
    else:
        looks = -(-(int(layout.acked_ms.max()) - layout.stop_ms) // poll_ms)
        if looks * poll_ms > wait_ms_max:
            return FirstCompletion(NEVER, 0, False)
        look_ms = layout.stop_ms + looks * poll_ms
    at_ms = look_ms + stop_request_ms
    last_ms = int(layout.acked_ms.max())
    is_tie = bool(
        np.any(layout.ends_ms == at_ms)
        or np.any(earlier_ms == layout.stop_ms)
        or (last_ms - layout.stop_ms) % poll_ms == 0
    )
    return FirstCompletion(at_ms, int(np.sum(layout.stored_ms > at_ms)), is_tie)
