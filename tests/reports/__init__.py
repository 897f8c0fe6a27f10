"""Tests: what people read."""
