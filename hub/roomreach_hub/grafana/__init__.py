"""Dashboards for Grafana: the files we ship, and how they get to a Grafana."""
