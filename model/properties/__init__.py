"""Properties: what a design is judged by."""

from lastchunk.model.properties.base import (
    Guard,
    Held,
    Judgement,
    JudgeSettings,
    NotApplicable,
    Property,
    Violation,
    judge_settings,
)
from lastchunk.model.properties.catalogue import (
    EXPLORABLE,
    EXTRA_PROPERTIES,
    GUARDS,
    PROPERTIES,
    asked,
)
from lastchunk.model.properties.row import OUTCOMES, ROW_COLUMNS, check_all, row_of

__all__ = [
    "EXPLORABLE",
    "EXTRA_PROPERTIES",
    "GUARDS",
    "OUTCOMES",
    "PROPERTIES",
    "ROW_COLUMNS",
    "Guard",
    "Held",
    "JudgeSettings",
    "Judgement",
    "NotApplicable",
    "Property",
    "Violation",
    "asked",
    "check_all",
    "judge_settings",
    "row_of",
]
