"""The language of own properties, for a file of them: ``from lastchunk.properties import *``."""

from lastchunk.model.properties.language import (
    after,
    always,
    ascending,
    at_most,
    bill,
    completion,
    event,
    eventually,
    never,
    out_of_order,
    sometimes,
    state,
    upload_ended,
)
from lastchunk.model.properties.shipped.endings import at_end, both, given, last, on_disk
from lastchunk.model.properties.shipped.words import (
    consumer_acts,
    design_notifies,
    first_stop,
    grace,
    refusal,
    reopening,
)

__all__ = [
    "after",
    "always",
    "ascending",
    "at_end",
    "at_most",
    "bill",
    "both",
    "completion",
    "consumer_acts",
    "design_notifies",
    "event",
    "eventually",
    "first_stop",
    "given",
    "grace",
    "last",
    "never",
    "on_disk",
    "out_of_order",
    "refusal",
    "reopening",
    "sometimes",
    "state",
    "upload_ended",
]
