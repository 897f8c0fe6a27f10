"""Tests: the house itself: floors, documents, the wheel."""
