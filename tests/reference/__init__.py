"""The method once more, slowly: plain Python over dates, dicts and lists, to compare the fast code with.

Here: one module a rule, written from docs/method.md alone. Not here: Polars, or anything taken from the fast code.
"""
