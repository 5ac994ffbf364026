"""Suites: measures of quality held against the catalogue's bands by Great Expectations, and the pages it builds.

`bands.py`: what is asked, without Great Expectations. `running.py`: a suite run, as findings. `history.py`: the results
that are kept. `data_docs.py`: the pages, `pages.py` and `templates/` what stands in them. `engine.py`: Great
Expectations itself, set up.
"""
