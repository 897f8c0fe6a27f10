"""Many sessions: which way they are run, what is known of their steps, and their rows."""
