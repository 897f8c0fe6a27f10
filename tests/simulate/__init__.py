"""Tests: the schedulers of one session."""
