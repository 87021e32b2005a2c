"""One file for each revision; a new one names the one before it."""
