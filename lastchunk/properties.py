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

__all__ = [
    "after",
    "always",
    "ascending",
    "at_most",
    "bill",
    "completion",
    "event",
    "eventually",
    "never",
    "out_of_order",
    "sometimes",
    "state",
    "upload_ended",
]
