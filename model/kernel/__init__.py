"""Many sessions at once: the ways that sessions have taken, as arrays, walked by compiled code."""
