"""Assistants: the Model Context Protocol, over stdio and over HTTP. Another door to the same services."""
