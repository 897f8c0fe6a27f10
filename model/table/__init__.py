"""A design in a scenario as a table: states, and for each happening a tree of what comes of it."""
