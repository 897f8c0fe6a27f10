"""Traces: typed events, what they amount to, and their file format."""
