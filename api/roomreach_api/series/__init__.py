"""What was measured, as points in time."""
