"""Settings: each declared once, read from a file the user may edit."""
