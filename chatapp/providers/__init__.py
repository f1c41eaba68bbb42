"""Models to talk to: one file a wire protocol, over decoders that do no I/O."""
