"""Agents: our devices, and where they stand."""
