"""GitLab: tokens of its CI jobs."""
