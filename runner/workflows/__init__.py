"""Workflow files: find, validate, select, run on the step engine, journal, report."""
