"""Pages that leave: what each sends as it is hidden, frozen or closed."""

from __future__ import annotations

from typing import Any

from lastchunk.reference_impl.contract import Chunk, NetworkError
from lastchunk.reference_impl.lazy_alarm import LazyAlarmDesign
from lastchunk.reference_impl.recorder import Recorder


class Keepalive(Recorder):
    """Each upload outlives the page, where the browser takes it so."""

    async def upload(self, chunk: Chunk) -> None:
        """Ask for keepalive first, and go without it where the chunk is too large."""
        while True:
            try:
                await self.browser.fetch("upload", (chunk,), 0, keepalive=True)
                return
            except NetworkError:
                pass
            try:
                await self.browser.fetch("upload", (chunk,))
                return
            except NetworkError:
                await self.browser.sleep(*self.back_off(0))


class KeepaliveDesign(LazyAlarmDesign):
    """The recommended design with that page."""

    page = Keepalive


class Beacons(Recorder):
    """What is queued leaves by beacons as the page is hidden."""

    async def page_hide(self) -> None:
        """All that is queued, as far as the browser takes it."""
        for chunk in self.queue:
            await self.browser.send_beacon("upload", (chunk,))


class BeaconsDesign(LazyAlarmDesign):
    """The recommended design with that page."""

    page = Beacons


class Notes(Recorder):
    """The page writes down what it is told of its own life."""

    async def page_hide(self) -> None:
        """It goes."""
        await self.browser.log("page_hide")

    async def visibility_change(self, state: str) -> None:
        """It is seen, or not."""
        await self.browser.log(state)

    async def freeze(self) -> None:
        """It stands still from here on."""
        await self.browser.log("freeze")
        await self.browser.sleep(1, 1)
        await self.browser.log("thawed")

    async def recorder_error(self) -> None:
        """No chunk comes any more."""
        await self.browser.log("recorder_error")


class NotesDesign(LazyAlarmDesign):
    """The recommended design with that page."""

    page = Notes


class HooksOnObject(LazyAlarmDesign):
    """A hook where nobody calls it."""

    @staticmethod
    async def page_hide(page: Any, settings: Any) -> None:
        """Never called."""


class SlowNotes(Recorder):
    """It takes some time over what it is told."""

    async def visibility_change(self, state: str) -> None:
        """Begin, and end."""
        await self.browser.log(f"{state} begins")
        await self.browser.sleep(10, 10)
        await self.browser.log(f"{state} ends")


class SlowNotesDesign(LazyAlarmDesign):
    """The recommended design with that page."""

    page = SlowNotes
