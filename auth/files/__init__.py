"""Files that hold secrets: private from birth, whole or not at all, locked while they change."""
