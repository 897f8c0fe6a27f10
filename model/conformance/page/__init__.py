"""The page on the real runtime: built, served, watched, and judged as a session of the world is."""
