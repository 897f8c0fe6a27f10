"""Generators of documents; they serve a checkout alone, and are in no wheel."""
