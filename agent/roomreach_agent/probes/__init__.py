"""Probes: the questions an agent knows how to ask."""
