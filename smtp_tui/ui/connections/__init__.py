"""The home screen and one record: the table, its rows, its status line, and the detail."""
