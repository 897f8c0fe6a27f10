"""Tests: traces."""
