"""The chat pane: header, transcript, composer, status line."""
