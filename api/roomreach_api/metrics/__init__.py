"""Numbers for whoever watches this system."""
