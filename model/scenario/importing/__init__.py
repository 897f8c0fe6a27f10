"""From what others have measured or set to a scenario that says where it came from."""
