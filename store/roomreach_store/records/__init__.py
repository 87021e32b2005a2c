"""The records: what people enter and what the system decides."""
