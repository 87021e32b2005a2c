"""What does a folder need before `docker compose up`? Files, settings, secrets, and who owns them."""

from roomreach_hub.initialising.initialise import Step, initialise

__all__ = ["Step", "initialise"]
