"""Projects on the network: where they lie, when they are there, what they change."""
