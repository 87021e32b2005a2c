"""The API and the console: what the records and the series say, to callers within their scope."""
