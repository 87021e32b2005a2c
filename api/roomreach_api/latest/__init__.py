"""The latest report of each agent."""
