"""Breadth first through state classes, and what of the past they may forget."""
