"""Builds the check of a scenario as it is imported, which takes as long as a small exploration.

Workers are copies of a process that has imported what they need: then none builds it again.
"""

from __future__ import annotations

from lastchunk.model.scenario.schema import Scenario

Scenario.model_rebuild()
