"""Kinds of Azure: tokens of Entra ID, subscriptions, and the files that `az` and the Terraform providers read."""
