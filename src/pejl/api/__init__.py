"""The HTTP API, `/api/v1`: another door to the same services and queries as the pages."""
