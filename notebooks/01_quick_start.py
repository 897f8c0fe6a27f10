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
# # The race in five minutes
#
# A browser records and uploads a chunk every 10 s. On stop, somebody must mark the session
# completed. The *manual* design lets the page wait for its queue, then call finalize. The *alarm*
# design sends a stop signal, and the object's own alarm completes the session 5 s later.
# Does finalization wait for every upload?

# %%
import lastchunk

lastchunk.shipped_designs()

# %% [markdown]
# ## One session
#
# On a fluctuating cellular uplink, under the alarm design. The picture is the report's own: the
# alarm fires inside the upload of a chunk, and that upload then writes its stale copy back.

# %%
scenario = lastchunk.load_scenario("cellular-driving")
manual, alarm = lastchunk.load_designs(["manual", "alarm"], scenario)
run = lastchunk.simulate(scenario, alarm, seed=1, session=0)
run

# %%
[at_ms for at_ms, missing in run.facts.completions if missing]

# %% [markdown]
# ## Many sessions, both designs, the same network
#
# Both designs meet the same delays and the same uplink, session by session. A comparison shows its
# verdicts, what became of the sessions, and how long they took from the stop to the completion.

# %%
result = lastchunk.compare(scenario, [manual, alarm], sessions=300, seed=1)
result

# %%
result.outcomes()

# %%
verdict = result.verdicts["alarm"]["complete_at_finalization"]
print(verdict.sentence(lastchunk.PROPERTIES["complete_at_finalization"]))

# %% [markdown]
# ## On a good network
#
# The alarm design loses nothing here, but the last upload ends just after the stop and puts the
# alarm off by ten minutes. The manual design looks at its queue before the last chunk is in it.

# %%
good = lastchunk.load_scenario("everything-fast")
result = lastchunk.compare(good, lastchunk.load_designs(["manual", "alarm"], good), 300, seed=1)
result.to_frame().groupby("design", observed=True)["delay_ms"].median()

# %% [markdown]
# ## A setting changed
#
# Any setting has a dotted name. Would a longer grace help on this uplink?

# %%
import pandas as pd

rows = []
for grace_ms in (5_000, 20_000, 60_000):
    changed = lastchunk.load_scenario("cellular-driving", [f"design.grace_ms={grace_ms}"])
    designs = lastchunk.load_designs(["alarm"], changed)
    found = lastchunk.compare(changed, designs, 200, seed=1).verdicts["alarm"]
    verdict = found["complete_at_finalization"]
    rows.append((grace_ms, verdict.violations / verdict.sessions, verdict.low, verdict.high))
pd.DataFrame(rows, columns=["grace_ms", "rate", "low", "high"]).round(3)
