"""Routes of a container between two places: alternatives by mode, with legs, waits and ranges."""
