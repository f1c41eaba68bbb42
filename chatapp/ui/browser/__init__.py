"""The session browser: search, filters, the list of chats."""
