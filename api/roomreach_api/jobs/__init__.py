"""What the collector was asked to do, and how it ended."""
