"""Start programs and look after them: launching, signals, terminals, shells, masking of what they print."""
