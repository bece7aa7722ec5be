"""Text and data in, text out: Go templates for Python. See `templating.render`."""
