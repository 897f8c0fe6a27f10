"""Tests: the designs and the recorder, alone."""
