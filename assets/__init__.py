"""Dagster: what is materialised from what. An asset's body is a few lines; the arithmetic is in `pipelines`."""
