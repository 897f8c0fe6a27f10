"""The shipped properties as lines of the language, and the words that they need beside it."""
