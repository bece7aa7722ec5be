"""Amazon Web Services: one module per kind, and what they share (files, environment, clients)."""
