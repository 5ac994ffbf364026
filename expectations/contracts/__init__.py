"""The one place where a column's name, type, unit, meaning and rules stand.

`deliveries.py`: the columns a register is delivered with. `tables.py`: every table of the store. Schemas, checks,
column documentation in Dagster and the data dictionary are derived from these.
"""
