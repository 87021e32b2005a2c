"""The speed server: the end of throughput tests that roomreach runs itself."""
