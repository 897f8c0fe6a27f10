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
# # 4. Proof, counterexample, threshold, safe region
#
# A rate says how often. Exploring says whether ever: every order and every real-valued time
# within a scenario's bounds, on the design's own code.

# %%
import ipywidgets
import matplotlib.pyplot as plt

import lastchunk

SLUG = "complete_at_finalization"

# %% [markdown]
# ## Refuted
#
# The small scope: two chunks and the stop under way at once, legs of 1 to 8 ms. With a grace of
# 10 ms the deployed design completes a session without a chunk.

# %%
found = lastchunk.verify("small-scope", ("alarm", "alarm", {"grace_ms": 10}), SLUG)
print(found.verdict, found.classes, "classes")
for example in found.counterexamples[SLUG]:
    print(example.kind, "-", example.violation.detail, "at", example.violation.at_ms, "ms")

# %% [markdown]
# The shortest of them, step by step. Drag the slider where widgets work; the picture below shows
# where it ends.

# %%
run = found.counterexamples[SLUG][0].run


def step(number):
    """The events up to a step, and the last one."""
    for event in run.trace[max(0, number - 3) : number + 1]:
        print(event)


_ = ipywidgets.interact(step, number=(0, len(run.trace) - 1))
# %%
run.plot().figure

# %% [markdown]
# ## Proved
#
# With a grace of 20 ms every schedule is explored and none fails. What is assumed stands beside
# it.

# %%
proof = lastchunk.verify("small-scope", "alarm", SLUG)
print(proof.verdict)
print(*proof.assumptions[:6], sep="\n")

# %% [markdown]
# ## The exact millisecond
#
# Where does the verdict turn? The search halves the range between a value that is proved and one
# that is refuted, so both sides of what it says were explored.

# %%
threshold = lastchunk.find_threshold("small-scope", [], "alarm", SLUG, "grace_ms")
print(threshold.sentence())

# %% [markdown]
# ## The safe region
#
# In the deployed times: the least grace that is proved, against the longest time that a put into
# the blob store may take. Each boundary is exact to the ms; between two columns nothing is claimed.

# %%
region = lastchunk.region_of(
    x="put_high_ms",
    y="design.grace_ms",
    x_values=(4_000, 6_000, 8_000),
    y_range=(5_000, 12_000),
    settings=["disconnects=0"],
)
region

# %%
limits = {column.across_ms: column.threshold for column in region.columns}
least = {put_ms: limit.above_ms for put_ms, limit in limits.items() if limit is not None}
least

# %% [markdown]
# The three lie on a line: one ms more of a put asks for one ms more of grace. Between them it is
# dotted, since nothing was explored there. Drag grace and put over it; the deployed design stands
# at 5 s.


# %%
def where(grace_ms=5_000, put_ms=6_000):
    """A point over the exact region."""
    _, axes = plt.subplots(figsize=(5, 3))
    axes.fill_between(list(least), list(least.values()), 12_000, color="#2b7a4b", alpha=0.25)
    axes.plot(list(least), list(least.values()), "o:", color="#2b7a4b", label="least grace proved")
    axes.plot([put_ms], [grace_ms], "X", color="#b3261e", ms=10, label="this setting")
    axes.set_xlabel("longest blob put (ms)")
    axes.set_ylabel("grace (ms)")
    axes.legend(frameon=False, loc="upper left")
    plt.show()


_ = ipywidgets.interact(where, grace_ms=(1_000, 12_000), put_ms=(4_000, 8_000))
# %%
where()
