"""Questions about rules: entry, data, disputes, parks, relations of two economies."""
