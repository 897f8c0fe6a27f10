"""What every room of the world stands on: what is pending, and values by their content."""
