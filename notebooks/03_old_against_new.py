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
# # 3. Old against new, with statistics done right
#
# Three rules: compare on the same sessions, show the interval before the verdict, and never mix
# scenarios into one rate.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import lastchunk

DESIGNS = ["manual", "alarm", "lazy-alarm"]
SLUG = "complete_at_finalization"

# %% [markdown]
# ## Common random numbers
#
# Each session has one network, which all designs meet. Differences are pairs, so the noise of the
# network cancels. These are the same sessions under two designs, side by side.

# %%
result = lastchunk.compare("lossy-mobile", DESIGNS, sessions=150, seed=1)
frame = result.to_frame()
pairs = frame.pivot(index="session", columns="design", values="never_stored")
pairs.sum()

# %%
judged = frame.pivot(index="session", columns="design", values="finalizes_promptly")
pd.crosstab(judged["alarm"], judged["lazy-alarm"])

# %% [markdown]
# Codes: 1 holds, 0 violated, -1 says nothing. `paired` has McNemar's exact p-value, and the
# interval of the difference.

# %%
result.paired("alarm", "lazy-alarm")["finalizes_promptly"]

# %% [markdown]
# ## Intervals
#
# 95 % by Wilson's method; where nothing fails, an exact bound. None of 150 is no proof: the rate
# may still be 2 %.

# %%
table = result.statistics()
table[table["property"].isin([SLUG, "nothing_lost"])][
    ["design", "property", "verdict", "sessions", "violations", "low", "high"]
].round(3)

# %% [markdown]
# ## What a session that says nothing does
#
# A design that never completes violates no property of completions. It does not hold them either:
# sessions that say nothing do not count, and a verdict without any is *unknown*.

# %%
uplink = lastchunk.compare("cellular-driving", DESIGNS, sessions=40, seed=1)
{name: str(found[SLUG].kind) for name, found in uplink.verdicts.items()}

# %%
uplink.outcomes()

# %% [markdown]
# ## One scenario at a time
#
# The rates of two networks side by side. Their mean would be a fact about the mix.

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 1.8), layout="constrained")
for place, (name, found) in enumerate({"lossy-mobile": result, "cellular-driving": uplink}.items()):
    found.plot(SLUG, axes=axes[place])
    axes[place].set_title(name, fontsize=9, loc="left")

# %% [markdown]
# ## How many sessions are enough
#
# Who looks, runs some more, and looks again has no 95 % any more. `until` names a figure and goes
# on until it is as exact as you want, by an interval that holds at every look and is wider for that
# ([when it is enough](../docs/enough.md)). The sessions that there were stay.

# %%
more = lastchunk.compare("lossy-mobile", ["alarm"], sessions=50, until=f"{SLUG}=0.02")
print(more.sessions, "sessions;", more.known[0].sentence())
