"""Classes, signals and ratings from debt paths, and the checks beside them."""
