"""Pejl: the OKR record you can trust."""

__version__ = "0.1.0"
