"""Where records and series are kept: adapters that the collector and the API share."""
