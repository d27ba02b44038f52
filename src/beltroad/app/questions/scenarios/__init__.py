"""Scenarios as people write them: forms, TOML, what they take, what they act on."""
