"""The version, alone in a module so that the build and the short way read it without importing more."""

__version__ = "0.1.0"
