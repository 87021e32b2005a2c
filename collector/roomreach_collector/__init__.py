"""The collector: reads the broker, places and stores reports, and answers each with a receipt."""
