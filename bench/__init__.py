"""Measurements: `make bench` runs `python -m bench`. Ratios against the bare interpreter and other runners."""
