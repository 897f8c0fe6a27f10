"""The verdict matrix: fault classes, their scopes, cells, and all of them together."""
