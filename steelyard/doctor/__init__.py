"""`steelyard doctor`: small checks, each with an id, what was seen, what is wanted, and what to do about it.

Nothing here changes what is stored: objects and tables of the checks have names of their own and are removed again.
"""
