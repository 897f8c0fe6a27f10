"""What is kept of a session's past, and the row of results that is made of it."""
