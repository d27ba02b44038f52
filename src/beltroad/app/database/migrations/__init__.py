"""Steps from one schema of the workspace to the next, in ``versions``."""
