"""Tests: how often."""
