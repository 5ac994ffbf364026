"""Where stages run: their ranges of persons one after another in this process, or on a Dask cluster."""
