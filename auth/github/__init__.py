"""GitHub: tokens of its Actions."""
