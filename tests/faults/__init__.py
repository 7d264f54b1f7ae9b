"""Small faults put into the program one at a time, to see whether a test turns red.

    python -m tests.faults [--only NAME] [--jobs N]

`table.py` has the faults. Each breaks one promise in one place, and names the tests that hold it.
"""
