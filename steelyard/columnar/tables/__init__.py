"""Logged tables: their JSON files read as a stream, the index that is made of one, and questions answered by it.

`scan` finds the rows, `maker` makes the index, `index_file` reads it, `frame` is a table of one or several files, and
`conditions`, `ordering` and `summary` are what may be asked. No HTTP, no SQL.
"""
