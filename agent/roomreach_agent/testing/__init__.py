"""Testing how much the line carries: when the server says so, politely, and within the day's allowance.

``assembling`` puts it together. Nothing is imported here: rounds take what was found from ``finished``, and
load no database for it.
"""
