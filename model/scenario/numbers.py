"""Numbers that a scenario takes: shares, speeds and counts, each within what can be meant."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from lastchunk.model.scenario.delay import number

Probability = Annotated[float, BeforeValidator(number), Field(ge=0.0, le=1.0)]
KBPS_MAX = 10**9
MBPS_MAX = KBPS_MAX // 1_000
Kbps = Annotated[int, BeforeValidator(number), Field(gt=0, le=KBPS_MAX)]
COUNT_MAX = 10**9
Count = Annotated[int, BeforeValidator(number), Field(ge=0, le=COUNT_MAX)]
PositiveCount = Annotated[int, BeforeValidator(number), Field(gt=0, le=COUNT_MAX)]
Queued = Annotated[int, BeforeValidator(number), Field(gt=0, le=100_000)]
"""Chunks of one session: with the deployed page's, those of eleven days."""
