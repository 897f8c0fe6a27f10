"""Tests: references to designs, and what a design may be made of."""
