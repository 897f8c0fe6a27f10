"""A first binding for a file, from what it says."""
