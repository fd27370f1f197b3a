"""The doors, one module a resource."""
