"""From a described component to a run of the terraform binary, with its files, environment, identity and exit code."""
