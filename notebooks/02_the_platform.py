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
# # 2. What the platform guarantees, rule by rule
#
# A Durable Object has one thread, one storage, one alarm. What goes wrong with upload sessions
# follows from a few of its rules. Each is shown here by a design of a few lines, in one session.
# [All 33 rules](../docs/platform.md) have a picture of their own.

# %%
import lastchunk
from lastchunk.reference_impl.alarm import AlarmDesign

SCENARIO = lastchunk.load_scenario(
    """
title = "Two chunks, and slow puts"

[recording]
duration_ms = 15000

[blobs]
put_delay_ms = 6000
"""
)


def show(design, *names, scenario=SCENARIO):
    """The events of one session by name."""
    run = lastchunk.simulate(scenario, design)
    return [event for event in run.trace if type(event).__name__ in names]


# %% [markdown]
# ## R4: while something outside is awaited, other events get in
#
# An upload awaits its blob put for 6 s. The stop arrives meanwhile and runs at once: the input
# gate is closed for storage alone.

# %%
show("alarm", "BlobPutStarted", "HandlerStarted", "BlobStored")[2:]

# %% [markdown]
# ## R5, R6: an alarm waits for nobody
#
# A recording of 9 s is one chunk, which is sent at the stop. The alarm of 5 s finds its upload
# suspended, and runs inside it: `suspended` is 1. Then the upload writes its stale copy back.

# %%
one = lastchunk.load_scenario(SCENARIO, {"recording.duration_ms": 9_000})
show("alarm", "StopPressed", "AlarmStarted", "BlobStored", "StateWritten", scenario=one)[1:]

# %% [markdown]
# ## R2: storage closes the gate
#
# A design that awaits nothing but storage between reading its record and writing it is never
# interrupted. The deployed one awaits the blob put in between, with the record as it was before
# in its hands. *re-read* reads it after the put, in `record`.

# %%
import inspect

from lastchunk.reference_impl.re_read import ReReadDesign

print(inspect.getsource(ReReadDesign.upload))

# %% [markdown]
# ## A1: one slot for the alarm
#
# Setting it again replaces the time. The upload that ends after the stop puts the alarm off from
# 5 s to 10 minutes.

# %%
short = lastchunk.load_scenario(SCENARIO, {"blobs.put_delay_ms": 1_000})
show("alarm", "AlarmSet", "StopPressed", "AlarmStarted", scenario=short)

# %% [markdown]
# ## D1: an alarm that throws is tried again
#
# Up to six times, after 2 s and twice as long each time, each wait up to a quarter longer by
# chance. Then it is dropped.


# %%
class Throws(AlarmDesign):
    """Its alarm throws at every attempt."""

    async def alarm(self):
        raise RuntimeError("not today")


show(Throws, "AlarmStarted", "AlarmDropped", scenario=short)

# %% [markdown]
# ## R10: an answer waits for the disk
#
# With slow commits the answer to an upload is held until its writes are confirmed; an instance
# that is lost before takes the answer with it, so nobody was told what is not true.

# %%
slow = lastchunk.load_scenario(SCENARIO, {"platform.commit_ms": 700, "blobs.put_delay_ms": 10})
show("alarm", "HandlerEnded", "CommitConfirmed", "ResponseArrived", scenario=slow)[:6]
