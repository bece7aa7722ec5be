"""Custom commands: from a declaration in `atmos.yaml` to arguments, flags, help, completion and a run of its steps."""
