"""Code under review as a program: its log, its copies, and what crosses its ports."""
