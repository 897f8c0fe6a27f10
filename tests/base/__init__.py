"""Tests: errors, files, limits."""
