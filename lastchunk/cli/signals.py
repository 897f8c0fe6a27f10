"""Ctrl-C and SIGTERM end a command, with all of its workers, within two seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn
from weakref import ref

from lastchunk.model.base.step_limit import is_collecting

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LAST_SECONDS = 1.0
"""So long a command may clean up; then its process is ended, wherever it is."""
AGAIN_SECONDS = 0.1


def end_any_workers() -> Any:
    """End every worker process, where there may be any. Returns their module, if it is loaded."""
    workers = sys.modules.get("lastchunk.model.base.workers")
    if workers is not None:
        workers.end_workers()
    return workers


def exit_now(code: int) -> NoReturn:
    """End the process and its workers at once, with nothing left behind."""
    workers = end_any_workers()
    if workers is not None:
        workers.remove_folder()
    os._exit(code)


class Interrupted(KeyboardInterrupt):
    """A person, or the system, wants the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Ending:
    """Which signal ends the command; 0: none."""

    def __init__(self) -> None:
        self.number = 0
        self.raised: Callable[[], Interrupted | None] = lambda: None
        """What was raised, while it is on its way or being handled."""

    def stop(self, number: int, frame: FrameType | None) -> None:
        """The handler: the workers end now, the command as soon as it has cleaned up."""
        if not self.number:
            end_any_workers()
            threading.Thread(target=self._end_soon, daemon=True).start()
        self.number = number
        if self.raised() is None and not is_collecting(frame):  # else it is cleaning up
            raise self._new()

    def _new(self) -> Interrupted:
        """What to raise. No frame keeps it, so that it is gone as soon as nobody handles it."""
        error = Interrupted(self.number)
        self.raised = ref(error)
        return error

    def _end_soon(self) -> None:
        """Tell it again and again: what is raised in other people's code may be thrown away."""
        for _ in range(round(LAST_SECONDS / AGAIN_SECONDS)):
            time.sleep(AGAIN_SECONDS)
            os.kill(os.getpid(), self.number)
        exit_now(128 + self.number)

    def leave(self) -> None:
        """End the process at once if a signal has come; all is cleaned up."""
        if self.number:
            leave(self.number)


def leave(number: int) -> NoReturn:
    """End the process by a signal's code; what was written is told first."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    exit_now(128 + number)


@contextmanager
def handled() -> Iterator[Ending]:
    """Handle the signals for a while, in the main thread; a signal that is ignored stays so."""
    ending = Ending()
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return
    taken = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ending.stop) for number in taken}
    try:
        yield ending
    finally:
        if not ending.number:  # once one has come, it stays the last word
            for number, handler in before.items():
                signal.signal(number, handler)
