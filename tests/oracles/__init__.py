"""For tests: what the tool is held against: closed forms, brute force, textbooks, canaries."""
