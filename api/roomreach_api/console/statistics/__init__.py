"""What do many measurements say together? Pure functions over the rows that a series store gives."""
