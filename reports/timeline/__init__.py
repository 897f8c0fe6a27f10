"""The interactive timeline: one session, or two designs on the same network, as a piece of HTML.

What a page that embeds it calls::

    from lastchunk.reports.timeline import rules_list, script, style, timeline

    style()                         # once a page: what goes into <style>
    timeline(run, key="race")       # markup; as often as wanted, each with a key of its own
    rules_list()                    # once a page: the platform's rules, which the timelines link to
    script()                        # once a page, at its end: what goes into <script>

`timeline` takes a `Run`, a `Counterexample` (whose times can be dragged within the bounds that the
explorer gave), a `Schedule` (which is replayed), or a `Told`, as `told` makes one of any of these
and `told_trace` of bare events. Two of them are drawn below each other, on one axis of time.

The page has the colours of `reports.base.palette.variables()`, light and dark: ``--ink``,
``--dim``, ``--paper``, ``--line`` and ``--link``. Nothing is loaded from anywhere. Without script
there is the still picture and the list of events. All text from outside is escaped here. `script`
and `style` are plain text that may stand in a page as they are.
"""

from __future__ import annotations

from lastchunk.reports.timeline.markup import rules_list, script, style, timeline
from lastchunk.reports.timeline.page import timeline_page
from lastchunk.reports.timeline.told import Told, told, told_trace

__all__ = [
    "Told",
    "rules_list",
    "script",
    "style",
    "timeline",
    "timeline_page",
    "told",
    "told_trace",
]
