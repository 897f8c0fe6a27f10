"""Scenarios: what a session meets, typed, from TOML."""
