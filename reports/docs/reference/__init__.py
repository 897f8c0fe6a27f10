"""docs/reference: every setting, event, column, property, command and public name, generated.

What a page says stands in the sources: at the field, in the docstring, in the help of an option.
"""
