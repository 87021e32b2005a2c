"""Messages that were refused, and why."""
