"""From the tree of a file to Python's syntax tree, line by line."""
