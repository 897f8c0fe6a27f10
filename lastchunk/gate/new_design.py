"""A first design and its test, to begin with: short, commented, and not yet right."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.files import write_text
from lastchunk.reference_impl.designs import DESIGNS

SKELETON = '''"""NAME: a design to begin with. Its test fails: docs/your-design.md goes on."""

from dataclasses import dataclass

from lastchunk.reference_impl.contract import (
    ACTIVE,
    COMPLETED,
    STATE_KEY,
    Chunk,
    Context,
    Page,
    Response,
)


@dataclass(frozen=True)
class Settings:
    """What may be set from outside, with a default each: whole ms end in _ms."""

    grace_ms: int = 5_000


class NAME:
    """NAME: an alarm completes the session some time after the stop."""

    Settings = Settings
    stop_call = "signal_stop"  # the method that a stop reaches

    def __init__(self, ctx: Context, settings: Settings) -> None:
        # Memory is lost whenever the object is idle: what must stay goes into ctx.storage.
        self.ctx = ctx
        self.settings = settings

    async def create(self) -> Response:
        """The page makes the session; it may ask twice."""
        if await self.ctx.storage.get(STATE_KEY) is None:
            # `status` and `chunks_uploaded` under this key are the session's public record.
            record = {"status": ACTIVE, "chunks_uploaded": 0, "chunks": []}
            await self.ctx.storage.put(STATE_KEY, record)
        return Response(200)

    async def upload(self, chunk: Chunk) -> Response:
        """A chunk arrives. The page sends it again if this fails or is not answered."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is None:
            return Response(404)
        if state["status"] != ACTIVE:
            return Response(403)
        await self.ctx.blobs.put(chunk)  # other requests and the alarm may run meanwhile
        state["chunks"] = sorted({*state["chunks"], chunk.index})
        state["chunks_uploaded"] = len(state["chunks"])
        await self.ctx.storage.put(STATE_KEY, state)  # is this copy still the record?
        return Response(200)

    async def signal_stop(self) -> Response:
        """The user has stopped."""
        await self.ctx.storage.set_alarm(self.ctx.now() + self.settings.grace_ms)
        return Response(200)

    async def alarm(self) -> None:
        """The platform calls this when the alarm is due, whatever else is going on."""
        state = await self.ctx.storage.get(STATE_KEY)
        if state is not None and state["status"] == ACTIVE:
            state["status"] = COMPLETED
            await self.ctx.storage.put(STATE_KEY, state)

    @staticmethod
    async def stop_flow(page: Page, settings: Settings) -> None:
        """What the page does on stop."""
        await page.browser.fetch("signal_stop")
'''
TEST = '''"""What NAME must hold, by proof: every schedule of the deployed times."""

from FILE import NAME


def test_no_chunk_is_left_behind(lastchunk):
    verdict = lastchunk.verify(design=NAME, properties="complete_at_finalization")
    assert verdict.holds
'''


def module_name(name: str) -> str:
    """The module of a design: its class's name with underscores."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def write_design(name: str, folder: Path) -> list[Path]:
    """Write a first design and its test into a folder. Nothing that is there is overwritten."""
    if not name.isidentifier() or keyword.iskeyword(name) or not name[0].isupper():
        raise InputError("name", name, "a name for a class, such as MyDesign")
    taken = {cls.__name__ for cls in DESIGNS.values()} | {"Settings", "Chunk", "Context"}
    if name in taken | {"Page", "Response"}:
        raise InputError("name", name, "a name that nothing in the file has already")
    file = module_name(name)
    texts = {folder / f"{file}.py": SKELETON, folder / f"test_{file}.py": TEST}
    for path in texts:
        if path.exists():
            raise InputError("name", str(path), "a file that does not exist yet")
    for path, text in texts.items():
        write_text(path, text.replace("NAME", name).replace("FILE", file))
    return list(texts)
