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
# # 6. Your own network: a trace, a CSV, a fit, and what the fit leaves out
#
# A scenario takes what you have measured as it is. A fit is a statement about what you have not
# measured, and the tail of it decides how often a grace is too short.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

import lastchunk

FOLDER = Path(tempfile.mkdtemp())
SLUG = "complete_at_finalization"

# %% [markdown]
# ## A CSV of delays
#
# In place of your own, 400 request delays that were made up: most are short, and one in twenty
# waits for a radio that was asleep.

# %%
rng = np.random.default_rng(7)
measured = np.where(
    rng.random(400) < 0.05, rng.uniform(3_000, 9_000, 400), rng.lognormal(np.log(120), 0.5, 400)
).round()
csv = FOLDER / "delays.csv"
csv.write_text("request_delay_ms\n" + "".join(f"{value:.0f}\n" for value in measured))
pd.Series(measured).describe(percentiles=[0.5, 0.9, 0.99]).round()

# %%
as_measured = {"distribution": "empirical", "file": str(csv)}
base = lastchunk.load_scenario("everything-fast", {"network.request_delay_ms": as_measured})
base

# %% [markdown]
# ## A fit
#
# A lognormal by maximum likelihood.

# %%
sigma, _, median = stats.lognorm.fit(measured, floc=0)
fitted = {
    "distribution": "lognormal",
    "median_ms": float(round(median)),
    "sigma": round(float(sigma), 3),
}
fitted

# %% [markdown]
# The body looks well. The tail does not: what is measured above 3 s is one in twenty, the fit
# says less than one in a hundred.

# %%
figure, axes = plt.subplots(figsize=(5, 3))
ordered = np.sort(measured)
axes.step(ordered, 1 - np.arange(1, len(ordered) + 1) / len(ordered), label="measured")
at = np.geomspace(20, 10_000, 200)
axes.plot(at, stats.lognorm.sf(at, sigma, scale=median), label="lognormal fit")
axes.set_xscale("log")
axes.set_yscale("log")
axes.set_ylim(2e-3, 1.1)
axes.set_xlabel("request delay (ms)")
axes.set_ylabel("share above")
_ = axes.legend(frameon=False)
# %%
pd.Series(
    {"measured": (measured > 3_000).mean(), "fit": stats.lognorm.sf(3_000, sigma, scale=median)}
).round(4)

# %% [markdown]
# ## What the fit leaves out
#
# The deployed design, on the measured rows and on the fit of them. The fit misses the sessions in
# which a chunk is refused and lost.

# %%
by_fit = lastchunk.load_scenario("everything-fast", {"network.request_delay_ms": fitted})
pd.DataFrame(
    {
        name: lastchunk.compare(scenario, "alarm", 100, seed=1).outcomes().loc["alarm"]
        for name, scenario in {"measured": base, "fit": by_fit}.items()
    }
).query("measured + fit > 0")

# %% [markdown]
# *lazy-alarm* does not guess a delay, so the tail loses nothing there.

# %%
lastchunk.compare(base, "lazy-alarm", 60, seed=1).outcomes().loc["lazy-alarm"].head(3)

# %% [markdown]
# ## An uplink from a trace
#
# mahimahi's format: the ms at which the link could have sent a packet of 1,500 bytes. Here one
# that drives through a tunnel.

# %%
rates = [6.0] * 20 + [0.0] * 6 + [3.0] * 20
times = [
    second * 1_000 + int(1_000 * (n + 1) / (mbps * 1e6 / 12_000))
    for second, mbps in enumerate(rates)
    for n in range(int(mbps * 1e6 / 12_000))
]
trace = FOLDER / "tunnel.up"
trace.write_text("".join(f"{ms}\n" for ms in times))
tunnel = lastchunk.load_scenario("everything-fast", uplink=trace, video_mbps=2.5)
lastchunk.compare(tunnel, ["alarm", "lazy-alarm"], 20, seed=1).outcomes()

# %% [markdown]
# ## For a proof: bounds
#
# Exploring reads the least and the greatest of the measured rows, and no more. A fit without a
# greatest delay takes any time, and the assumptions say so: no grace is long enough then.


# %%
def proved(delay):
    """Whether the deployed design is complete on the small scope, and under which assumption."""
    scope = lastchunk.load_scenario("small-scope", {"network.request_delay_ms": delay, "chunks": 1})
    found = lastchunk.verify(scope, ("alarm", "alarm", {"grace_ms": 20_000}), SLUG)
    return found.verdict, [line for line in found.assumptions if "request takes" in line]


print(*proved(as_measured))
print(*proved(fitted))
