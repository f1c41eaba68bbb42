"""A native desktop chat for language models whose conversations belong to the user."""

__version__ = "0.1.0"
