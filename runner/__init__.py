"""argv in, exit code out: the `atmos` command."""
