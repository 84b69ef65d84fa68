"""Mixed traffic on all channels, with a process that is killed and platforms that fail."""
