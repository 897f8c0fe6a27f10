"""Tests: the world, rule by rule."""
