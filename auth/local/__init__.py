"""Kinds without a cloud: mocks for tests, and the identity that passes everything through."""
