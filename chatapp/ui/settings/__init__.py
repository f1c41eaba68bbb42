"""The settings as a page in the window."""
