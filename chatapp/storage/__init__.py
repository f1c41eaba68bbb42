"""The session files, and the protocol behind which any other back end can stand."""
