"""Before a write: the plan to confirm, and the choice where both sides changed."""
