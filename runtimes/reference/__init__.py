"""The reference executor: defines what is allowed."""
