"""Ctrl-C and SIGTERM end a command, with all of its workers, within two seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from lastchunk.model.base.step_limit import is_collecting

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LAST_SECONDS = 1.0
"""So long a command may clean up; then its process is ended, wherever it is."""
AGAIN_SECONDS = 0.1


def end_any_workers() -> None:
    """End every worker process, where there may be any."""
    workers = sys.modules.get("lastchunk.model.base.workers")
    if workers is not None:
        workers.end_workers()


class Interrupted(KeyboardInterrupt):
    """A person, or the system, wants the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Ending:
    """Which signal ends the command; 0: none."""

    def __init__(self) -> None:
        self.number = 0
        self.was_lost = False

    def stop(self, number: int, frame: FrameType | None) -> None:
        """The handler: the workers end now, the command as soon as it has cleaned up."""
        is_again = self.number != 0
        self.number = number
        if not is_again:
            end_any_workers()
            threading.Thread(target=self._end_soon, daemon=True).start()
        elif not self.was_lost:
            return  # it is cleaning up
        self.was_lost = is_collecting(frame)  # what is raised in there is thrown away
        if self.was_lost:
            threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), number)).start()
            return
        raise Interrupted(number)

    def _end_soon(self) -> None:
        time.sleep(LAST_SECONDS)
        end_any_workers()
        os._exit(128 + self.number)

    def leave(self) -> None:
        """End the process at once if a signal has come; all is cleaned up."""
        if self.number:
            leave(self.number)


def leave(number: int) -> NoReturn:
    """End the process by a signal's code; what was written is told first."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    end_any_workers()
    os._exit(128 + number)


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
