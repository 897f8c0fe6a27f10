"""The safe region as a picture: an exact map of two settings, and how often sessions lie within it.

What a page that embeds it calls::

    from lastchunk.reports.region import region_picture, region_style, region_table

    region_style()                       # once a page: what goes into <style>
    region_picture(region, measured)     # SVG: the map, and the share of sessions beneath it
    region_table(region)                 # the table behind it

The region is one of `model.explore.region.exact_region`, the measured times those of
`reports.region.measured.measured_uploads`, or None. `region_page` is a page of its own.
"""

from __future__ import annotations

from lastchunk.reports.region.draw import region_picture
from lastchunk.reports.region.page import region_json, region_page, region_style, region_table
from lastchunk.reports.region.words import region_words

__all__ = [
    "region_json",
    "region_page",
    "region_picture",
    "region_style",
    "region_table",
    "region_words",
]
