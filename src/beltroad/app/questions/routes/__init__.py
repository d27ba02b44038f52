"""Questions about routes: where a name lies, ways between places, services, cables, closures."""
