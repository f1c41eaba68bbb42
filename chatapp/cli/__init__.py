"""The terminal: the second front end, which runs with no Qt installed."""
