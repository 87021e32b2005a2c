"""The hub: broker, collector and API composed on one machine, and the command `roomreach`."""
