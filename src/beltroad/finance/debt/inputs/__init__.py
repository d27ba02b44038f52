"""Inputs of countries prepared from open figures, and the rules that fill what these lack."""
