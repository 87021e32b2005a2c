"""speedtest-cli: an archived program against a public service, with a guard at every step."""
