"""Edits of a plan: pure functions from land to land, one verb a module, none of which can break the partition."""
