"""The method as pure functions on Polars frames: rows of registers in, tables out.

No Dagster, no file paths, no environment: what a function needs, it is given.
"""
