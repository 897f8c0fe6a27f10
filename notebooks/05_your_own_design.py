# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 5. Your own design: write, refute, mend, prove
#
# A design is a class with `async` methods and no base class: what the object does, and what the
# page does on stop. It may be written in a cell.

# %%
from dataclasses import dataclass

# %matplotlib inline
import lastchunk
from lastchunk.reference_impl.contract import NetworkError, Response

SLUG = "complete_at_finalization"

# %% [markdown]
# ## Write
#
# The first idea: count what was uploaded; the stop completes the session if the page says that
# its queue is empty.


# %%
@dataclass(frozen=True)
class Settings:
    """No settings."""


class Counting:
    """The stop completes the session once the page's queue looks empty."""

    Settings = Settings
    stop_call = "signal_stop"

    def __init__(self, ctx, settings):
        self.ctx = ctx

    async def create(self):
        if await self.ctx.storage.get("state") is None:
            await self.ctx.storage.put("state", {"status": "active", "chunks_uploaded": 0})
        return Response(200)

    async def upload(self, chunk):
        state = await self.ctx.storage.get("state")
        await self.ctx.blobs.put(chunk)
        state["chunks_uploaded"] += 1
        await self.ctx.storage.put("state", state)
        return Response(200)

    async def signal_stop(self):
        state = await self.ctx.storage.get("state")
        state["status"] = "completed"
        await self.ctx.storage.put("state", state)
        return Response(200)

    async def alarm(self):
        """Nobody sets one."""

    @staticmethod
    async def stop_flow(page, settings):
        while page.uploads_waiting():
            await page.browser.sleep(500, 500)
        await page.browser.fetch("signal_stop")


# %% [markdown]
# ## Refute
#
# Every schedule of the default scope: a recording of 15 s, slow puts, a retry, a disconnect.

# %%
refuted = lastchunk.verify(design=Counting, properties=SLUG)
example = refuted.counterexamples[SLUG][0]
print(refuted.verdict, "-", example.violation.detail, "at", example.violation.at_ms, "ms")

# %% [markdown]
# The schedule as a picture. The last chunk comes out of the recorder just after the stop, so the
# first look at the queue sees nothing.

# %%

example.run.plot().figure

# %% [markdown]
# ## Mend
#
# No look at a queue knows of what is not in it yet. So the page counts its chunks and tells the
# object; the session is completed in the turn in which the last one is recorded, whichever comes
# last. The record is read again after the put: others ran meanwhile.


# %%
class Told(Counting):
    """The stop says how many chunks there are; the last one recorded completes the session."""

    async def upload(self, chunk):
        await self.ctx.blobs.put(chunk)
        state = await self.ctx.storage.get("state")
        state["chunks"] = sorted({*state.get("chunks", []), chunk.index})
        state["chunks_uploaded"] = len(state["chunks"])
        await self.save(state)
        return Response(200)

    async def signal_stop(self, chunks):
        state = await self.ctx.storage.get("state")
        state["expected"] = chunks
        await self.save(state)
        return Response(200)

    async def save(self, state):
        if state.get("expected") == state["chunks_uploaded"]:
            state["status"] = "completed"
        await self.ctx.storage.put("state", state)

    @staticmethod
    async def stop_flow(page, settings):
        chunks = await page.browser.last_chunk()
        await page.browser.fetch("signal_stop", (chunks,))


# %% [markdown]
# ## Prove

# %%
proof = lastchunk.verify(design=Told, properties=[SLUG, "count_true", "completed_is_final"])
{slug: str(verdict.kind) for slug, verdict in proof.verdicts.items()}

# %% [markdown]
# What the proof does not speak of matters as much:

# %%
print(*proof.unsaid, sep="\n")

# %% [markdown]
# ## And by sampling, on a network that no bounds hold
#
# The schedules of a proof are within bounds; these delays are not.

# %%
result = lastchunk.compare("lossy-mobile", [Counting, Told], sessions=100, seed=1)
result

# %% [markdown]
# *Told* still violates `finalizes`, which the proof was not asked for: on this network the stop
# may be lost, and the page sends it once. So it sends the stop until it is answered.


# %%
class Persistent(Told):
    """The stop is sent until it is answered."""

    @staticmethod
    async def stop_flow(page, settings):
        chunks = await page.browser.last_chunk()
        while True:
            try:
                await page.browser.fetch("signal_stop", (chunks,))
            except NetworkError:
                await page.browser.sleep(1_000, 1_000)
            else:
                return


lastchunk.compare("lossy-mobile", [Told, Persistent], sessions=100, seed=1).outcomes()

# %% [markdown]
# A session whose page dies is still active for ever in this design: that is what the alarm is
# for. [your-design.md](../docs/your-design.md) goes on from here, in files and with pytest.
