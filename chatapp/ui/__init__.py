"""The window: the only floor with widgets."""
