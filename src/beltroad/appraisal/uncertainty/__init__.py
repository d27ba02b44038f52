"""Uncertain assumptions as distributions, drawn many times; which of them drives the answer."""
