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
# # 7. A sweep as research: design of experiments, sensitivity, a figure
#
# Which settings decide whether the deployed design completes a session without a chunk? Not one
# at a time: a Latin hypercube over four of them, then the ranks, then a grid where the ranks
# surprise.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

import lastchunk

SLUG = "complete_at_finalization"
KEYS = lastchunk.settings
SCENARIO = lastchunk.load_scenario("everything-fast", {"recording.duration_ms": 30_000})

# %% [markdown]
# ## The design of the experiment
#
# `lastchunk.settings` completes the names. Each setting's range is cut into as many slices as
# there are points, and each slice has one.

# %%
space = lastchunk.latin_hypercube(
    {
        KEYS.design.grace_ms: (1_000, 20_000),
        KEYS.network.request_delay_ms.value_ms: (10, 4_000),
        KEYS.blobs.put_delay_ms.value_ms: (10, 12_000),
        KEYS.network.request_loss: (0.0, 0.2),
    },
    points=40,
    seed=1,
)
space

# %%
frame = lastchunk.sweep(SCENARIO, space, "alarm", sessions=15, seed=1)
part = frame[frame["property"] == SLUG]
part.iloc[:5, :4].round(3).assign(rate=part["rate"])

# %% [markdown]
# ## Sensitivity
#
# Spearman's rank correlation of each setting with the rate, with a 95 % interval by bootstrap
# over the points. An interval that spans zero says nothing.

# %%
names = [axis.name for axis in space.axes]
rng = np.random.default_rng(1)


def rho(rows):
    """The rank correlations with the rate."""
    return np.array([stats.spearmanr(rows[name], rows["rate"]).statistic for name in names])


draws = np.array([rho(part.iloc[rng.integers(0, len(part), len(part))]) for _ in range(300)])
low, high = np.nanpercentile(draws, [2.5, 97.5], axis=0)
for name, value, least, most in zip(names, rho(part), low, high, strict=True):
    print(f"{name:40} {value:+.2f} [{least:+.2f}, {most:+.2f}]")

# %% [markdown]
# ## Where the ranks surprise: a grid
#
# Only the interval of the grace leaves out zero. That the time of a put should not matter is hard
# to believe, and a rank sees no more than what goes one way. So: grace against the time of a put.

# %%
grid = lastchunk.grid(
    lastchunk.Axis.of(KEYS.design.grace_ms, (1_000, 3_000, 5_000, 8_000, 12_000)),
    lastchunk.Axis.of(KEYS.blobs.put_delay_ms, (500, 2_000, 4_000, 6_000, 10_000)),
)
map_ = lastchunk.sweep(SCENARIO, grid, "alarm", sessions=15, seed=1)
table = map_[map_["property"] == SLUG].pivot(
    index=grid.axes[1].name, columns=grid.axes[0].name, values="rate"
)
table

# %% [markdown]
# ## A figure to publish
#
# Words and units on the axes, one colour scale from 0 to 1, and the rates as numbers too.

# %%
figure, axes = plt.subplots(figsize=(4.5, 3.4), layout="constrained")
image = axes.imshow(table.to_numpy(), cmap="cividis", vmin=0, vmax=1, origin="lower", aspect="auto")
axes.set_xticks(range(table.shape[1]), [f"{ms / 1000:g}" for ms in table.columns])
axes.set_yticks(range(table.shape[0]), [f"{ms / 1000:g}" for ms in table.index])
axes.set_xlabel("grace (s)")
axes.set_ylabel("blob put (s)")
for (row, column), rate in np.ndenumerate(table.to_numpy()):
    axes.text(
        column, row, f"{rate:.0%}", ha="center", va="center", color="w" if rate < 0.5 else "k"
    )
_ = figure.colorbar(image, label="sessions completed without a chunk")
# %% [markdown]
# Up to puts of 6 s the boundary is the put itself: a grace that is longer loses nothing. The row
# of 10 s goes back to none, which is why the ranks saw nothing: there an earlier upload ends
# after the stop, and puts the alarm off by ten minutes. Nothing is lost, and the session is late.
# One property alone is no answer; [notebook 4](04_proof.ipynb) has the exact boundary for every
# schedule.

# %%
late = map_[(map_["property"] == "finalizes_promptly")]
late.pivot(index=grid.axes[1].name, columns=grid.axes[0].name, values="rate")

# %% [markdown]
# ## The ladder, along one axis

# %%
axis = lastchunk.Axis.of(KEYS.design.grace_ms, (1_000, 3_000, 5_000, 8_000))
line = lastchunk.sweep(
    SCENARIO, axis, ["alarm", "re-read", "lazy-alarm"], 15, 1, overrides=["blobs.put_delay_ms=4000"]
)
lastchunk.plot_sweep(line, SLUG).figure
