"""Sweeps that are kept: cut into chunks, each a file, so that they go on where they were ended."""
