"""What a dashboard tells, a question at a time. Numbers of panels are given once, and last."""
