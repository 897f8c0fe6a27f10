"""Whole numbers of a session, known by the registers that they stand in."""
