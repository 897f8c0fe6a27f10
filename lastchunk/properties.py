"""The language of own properties, for a file of them: ``from lastchunk.properties import *``."""

from lastchunk.model.properties.language import (
    after,
    always,
    at_most,
    completion,
    event,
    eventually,
    never,
    sometimes,
    state,
    upload_ended,
)

__all__ = [
    "after",
    "always",
    "at_most",
    "completion",
    "event",
    "eventually",
    "never",
    "sometimes",
    "state",
    "upload_ended",
]
