"""From a class to a design: which call is which, where the record is, what is set."""
