"""The words roomreach is written in: pure values, no I/O, the standard library only."""
