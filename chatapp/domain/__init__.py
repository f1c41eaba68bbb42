"""What a conversation is: values, one mutable thing, no I/O, no Qt."""
