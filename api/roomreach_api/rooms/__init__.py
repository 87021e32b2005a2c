"""Rooms: the smallest places we judge."""
