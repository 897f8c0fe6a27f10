"""What people read: figures, HTML, Markdown and JSON."""
