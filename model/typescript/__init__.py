"""Designs in TypeScript: the deployed file, translated to Python's syntax tree, and what it calls.

`parse` reads the file, `translate` makes a syntax tree whose lines are the TypeScript's, `runtime`
and `library` are JavaScript's meaning, `host` is what the platform gives an object, and `binding`
makes a design of a class. What is not listed in one of them is refused with its line.
docs/typescript.md is the list for people.
"""
