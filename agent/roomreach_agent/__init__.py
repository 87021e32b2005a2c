"""The agent: measures one room, keeps what it measured, and sends it until a collector has it."""
