"""Ordinary designs that keep state in some way of Python, each with the verdict that is true."""
