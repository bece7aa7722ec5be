"""A name in, an environment out: cloud identities. See `auth.load`."""
