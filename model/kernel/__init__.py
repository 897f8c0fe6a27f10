"""Many sessions at once: the table, and what is kept of the past, as arrays for compiled code."""
