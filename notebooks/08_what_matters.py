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
# # 8. What matters: the indices of Sobol, with intervals
#
# [Notebook 7](07_a_sweep_as_research.ipynb) found no rank for the time of a put, though a grid
# showed that it decides. Ranks see what goes one way, one setting at a time. Shares of the variance
# see anything that a setting does, alone and together with others.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import lastchunk

FIGURE = "complete_at_finalization"
GRACE, PUT = "design.grace_ms", "blobs.put_delay_ms"
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A plan
#
# `saltelli` lays out the points that these indices need: two samples, and the first one with each
# column of the second one in turn. It is the file that `lastchunk sweep plan.toml` takes.

# %%
PLAN = """
scenarios = ["everything-fast"]
designs = ["alarm"]
sessions = 8
seed = 1
method = "saltelli"
points = 32

[set]
recording.duration_ms = 20000

[axes]
"design.grace_ms" = { low = 1000, high = 10000 }
"blobs.put_delay_ms" = { low = 10, high = 8000 }
"network.request_loss" = { low = 0.0, high = 0.2 }
"""
(folder / "plan.toml").write_text(PLAN, encoding="utf-8")
plan = lastchunk.read_plan(folder / "plan.toml")
print(f"{len(plan.space.points)} points of {plan.sessions} sessions")

# %%
result = lastchunk.sweep_plan(plan, folder / "swept")
rates = result.rates[result.rates["property"] == FIGURE]
rates["rate"].describe().round(3)

# %% [markdown]
# ## The shares
#
# Of the variance over all points, *alone* is the part that a setting makes by itself; *with others*
# is that and all that it makes together with others. Each has a 95 % interval: other points would
# have said a little else.

# %%
shares = lastchunk.sensitivity(result, FIGURE)
shares.round(2)

# %%
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
_ = lastchunk.plot_tornado(shares, axes)

# %% [markdown]
# In plain words:

# %%
for row in shares.itertuples():
    alone = f"{row.alone:.0%} alone ({row.alone_low:.0%} to {row.alone_high:.0%})"
    joint = f"{row.with_others:.0%} ({row.with_others_low:.0%} to {row.with_others_high:.0%})"
    print(f"{row.setting}: {alone}, {joint} with all others")

# %% [markdown]
# So lost requests hardly matter here: with all others they make less than a tenth. Grace and put
# both matter, since both intervals leave out zero, and which of them matters more cannot be told:
# the intervals overlap. More `points` would make them narrower.
#
# ## Is that the whole story?
#
# If a session were incomplete exactly where the put takes longer than the grace, the shares would
# be known without any session. They are within the intervals.

# %%
graces, puts = np.linspace(1_000, 10_000, 2_001), np.linspace(10, 8_000, 2_001)
is_late = (puts[np.newaxis, :] > graces[:, np.newaxis]).astype(float)
by_grace, by_put = (is_late.mean(axis).var() / is_late.var() for axis in (1, 0))
rule = {GRACE: (by_grace, 1 - by_put), PUT: (by_put, 1 - by_grace)}
for name, (alone, joint) in rule.items():
    row = shares.set_index("setting").loc[name]
    assert row["alone_low"] <= alone <= row["alone_high"]
    assert row["with_others_low"] <= joint <= row["with_others_high"]
    print(f"{name}: {alone:.0%} alone, {joint:.0%} with the other one")
print(f"by neither of them alone: {1 - by_grace - by_put:.0%}")

# %% [markdown]
# What neither makes alone is the pair: a grace is short or long only beside a put. That is why one
# setting at a time, or a rank, does not show it.
#
# ## Another figure, another answer
#
# The same sweep, asked what makes a session's completion late.

# %%
late = lastchunk.sensitivity(result, "delay_ms")
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
_ = lastchunk.plot_tornado(late, axes)

# %%
delays = result.means[result.means["figure"] == "delay_ms"]
apart = delays["mean"] - delays[PUT]
is_long = apart > 599_000
assert delays[GRACE][~is_long].max() < 4_000
print(f"at {is_long.sum()} of {len(delays)} points each session takes ten minutes and its put;")
print(f"at the others the grace is at most {delays[GRACE][~is_long].max():,} ms,")
print(f"and the mean delay at least {delays['mean'][~is_long].min():,.0f} ms")

# %% [markdown]
# At most points the last upload ends after the stop and puts the alarm off, so that each session is
# completed ten minutes and a put after its stop. Where the grace is short, the alarm of the stop
# completes some sessions within seconds. These are few, and ten minutes apart from all others: so
# the delay varies by whether there is such a session. Grace and loss decide that; the put is
# seconds beside minutes, and makes nearly nothing. Of so rare a thing the intervals are wide.
# Shares say how much a setting matters *within its range*, here up to a put of 8 s and a loss of
# 20 %; other ranges have other shares.
