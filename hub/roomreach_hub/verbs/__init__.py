"""The commands that work on a folder's records, whether or not its hub runs."""
