"""Questions of the risk room: overview, register, gates, alerts, countries, portfolio, leads."""
