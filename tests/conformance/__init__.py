"""Tests on the real runtime; where it is not there they say so and are skipped."""
