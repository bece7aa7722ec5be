"""The ONE step engine: model, run loop, conditions, retry, results. `types/` holds one module per step type."""
