"""Properties: what a design is judged by."""

from lastchunk.model.properties.base import (
    Holds,
    Judgement,
    JudgeSettings,
    NotApplicable,
    Property,
    Sometimes,
    Unsettled,
    Violation,
    judge_settings,
)
from lastchunk.model.properties.catalogue import (
    EXPLORABLE,
    EXTRA_PROPERTIES,
    PROPERTIES,
    SOMETIMES,
    asked,
)
from lastchunk.model.properties.row import COLUMNS, OUTCOMES, ROW_COLUMNS, check_all, row_of

__all__ = [
    "COLUMNS",
    "EXPLORABLE",
    "EXTRA_PROPERTIES",
    "OUTCOMES",
    "PROPERTIES",
    "ROW_COLUMNS",
    "SOMETIMES",
    "Holds",
    "JudgeSettings",
    "Judgement",
    "NotApplicable",
    "Property",
    "Sometimes",
    "Unsettled",
    "Violation",
    "asked",
    "check_all",
    "judge_settings",
    "row_of",
]
