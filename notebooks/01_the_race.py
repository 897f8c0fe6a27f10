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
# # 1. The race in five minutes
#
# A browser records and uploads a chunk every 10 s. On stop, somebody must mark the session
# completed. The *manual* design lets the page wait for its queue, then call finalize. The *alarm*
# design sends a stop signal, and the object's own alarm completes the session 5 s later. Does
# finalization wait for every upload?

# %%
import matplotlib.pyplot as plt

import lastchunk

lastchunk.shipped_designs()

# %% [markdown]
# ## One session
#
# On a fluctuating cellular uplink, under the alarm design. The alarm fires inside the upload of a
# chunk, and that upload then writes its stale copy back.

# %%
scenario = lastchunk.load_scenario("cellular-driving")
run = lastchunk.simulate(scenario, "alarm", seed=1, session=0)
run

# %% [markdown]
# A session is a list of events. These are the ones from the stop on, around the alarm.

# %%
wanted = ("StopPressed", "AlarmStarted", "StateWritten", "BlobStored")
shown = [event for event in run.trace if type(event).__name__ in wanted]
at = [type(event).__name__ for event in shown].index("StopPressed")
shown[at : at + 6]

# %% [markdown]
# ## Many sessions, both designs, the same network
#
# Both designs meet the same delays and the same uplink, session by session.

# %%
result = lastchunk.compare(scenario, ["manual", "alarm"], sessions=60, seed=1)
result.outcomes()

# %%
figure, axes = plt.subplots(figsize=(6, 1.6))
_ = result.plot("complete_at_finalization", axes=axes)
# %%
verdict = result.verdicts["alarm"]["complete_at_finalization"]
print(verdict.sentence(lastchunk.PROPERTIES["complete_at_finalization"]))

# %% [markdown]
# ## On a good network
#
# The alarm design loses nothing here, but the last upload ends just after the stop and puts the
# alarm off by ten minutes. The manual design looks at its queue before the last chunk is in it.

# %%
good = lastchunk.compare("everything-fast", ["manual", "alarm", "lazy-alarm"], 60, seed=1)
good.to_frame().groupby("design", observed=True)["delay_ms"].median()

# %% [markdown]
# What each column means is in `lastchunk.COLUMNS`.

# %%
print("delay_ms:", lastchunk.COLUMNS["delay_ms"])
