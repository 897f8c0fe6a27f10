"""A region in words: its settings, its boundary at what is deployed, and what the sessions say."""

from __future__ import annotations

from lastchunk.model.base.verdict import percent_within
from lastchunk.model.explore.region import ExactRegion
from lastchunk.model.explore.threshold import Threshold
from lastchunk.reports.base.setting_words import setting_words
from lastchunk.reports.region.measured import MEASURES, MeasuredTimes

SECONDS_FROM_MS = 2_000
"""From so large a value on an axis is in seconds."""


def axis_words(key: str, largest_ms: int) -> str:
    """What an axis is called, with its unit."""
    return f"{plain_words(key)}, {'s' if in_seconds(largest_ms) else 'ms'}"


def plain_words(key: str) -> str:
    """A setting in words, without a unit."""
    return setting_words(key).removesuffix(", ms")


def in_seconds(largest_ms: int) -> bool:
    """Whether an axis that goes so far is in seconds."""
    return largest_ms >= SECONDS_FROM_MS


def axis_number(ms: int, seconds: bool) -> str:
    """A time on such an axis, exact to the ms."""
    if not seconds:
        return f"{ms:,}"
    whole, rest = divmod(ms, 1000)
    return f"{whole:,}" + (f".{rest:03d}".rstrip("0") if rest else "")


def said(ms: int) -> str:
    """A time in a sentence."""
    return f"{axis_number(ms, True)} s" if ms >= 1_000 else f"{ms} ms"


def region_words(region: ExactRegion, measured: MeasuredTimes | None) -> list[str]:
    """What the map says, a sentence each."""
    across, along = plain_words(region.across), plain_words(region.along)
    now_across, now_along = region.now_ms
    lines = [
        f"{region.slug} of {region.design} in {region.title}: each column is exact to the "
        "millisecond, its two sides explored; between columns nothing was explored."
    ]
    never = [c.across_ms for c in region.columns if c.threshold and _is_never(c.threshold)]
    if never:
        words = ", ".join(map(said, never))
        lines.append(f"It is violated for every {along} that was tried where {across} is {words}.")
    if region.fixed is not None:
        key, value = region.fixed
        lines.append(f"Here {plain_words(key)} is {said(value)}.")
    limit = region.now_limit
    if limit is not None and limit.above_ms is not None and limit.below_ms is not None:
        other = "violated" if limit.below == "proved" else "proved"
        lines.append(
            f"With {along} of {said(now_along)} it is {limit.below} up to {across} of "
            f"{said(limit.below_ms)}, and {other} from {said(limit.above_ms)} on"
            + (f"; the scenario has {said(now_across)}." if region.marks_across else ".")
        )
    elif limit is not None:
        lines.append(f"With {along} of {said(now_along)} it is {limit.below} in every column.")
    several = [c.across_ms for c in region.columns if c.threshold and not c.threshold.is_single]
    if several:
        words = ", ".join(said(ms) for ms in several)
        lines.append(f"In these columns the verdict turns more than once: {words}.")
    if measured is not None:
        lines.append(_measured_words(region, measured))
    return lines


def _is_never(limit: Threshold) -> bool:
    """Whether it is violated throughout."""
    return limit.below == "violated" and limit.above_ms is None


def proved_up_to(limit: Threshold | None) -> int | None:
    """The largest value of those tried up to which it is proved; None where there is none."""
    if limit is None or limit.below != "proved":
        return None
    return limit.below_ms if limit.below_ms is not None else max(at for at, _ in limit.explored)


def _measured_words(region: ExactRegion, measured: MeasuredTimes) -> str:
    bound = proved_up_to(region.now_limit)
    what = f"In {measured.origin}, of {MEASURES[measured.measure]}: "
    if bound is None or not measured.longest_ms:
        return what + "there is no value up to which it is proved, to compare it with."
    found = measured.share_within(bound)
    share = percent_within(found.estimate, found.low, found.high)
    middle = said(measured.longest_ms[len(measured.longest_ms) // 2])
    return (
        f"{what}{share} of the sessions have none of more than {said(bound)}, and half of them "
        f"have one of {middle} or more. "
        "That is how often a session lies within this bound of the proof, and not how often it "
        "holds: a session has more chunks than the scope, and other bounds as well."
    )
