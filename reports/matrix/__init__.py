"""The verdict matrix as files: its page, its schedules, and how it is read back."""
