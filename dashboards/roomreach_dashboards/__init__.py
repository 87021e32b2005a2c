"""How the Grafana dashboards are drawn. Names of series and fields come from ``roomreach.series`` alone."""
