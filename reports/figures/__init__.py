"""Figures: each function returns a matplotlib figure, and draws on no global state."""
