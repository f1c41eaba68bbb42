"""What knows nothing of chat."""
