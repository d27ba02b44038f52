"""Steps that make the bundled freight network; run by ``data/build_network.py``."""
