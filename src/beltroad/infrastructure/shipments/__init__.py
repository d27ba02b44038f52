"""Door-to-door shipments between all cities, by land and by sea, and how shippers split."""
