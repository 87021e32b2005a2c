"""roomreach's own throughput test: four connections to its own server, no more bytes than needed."""
