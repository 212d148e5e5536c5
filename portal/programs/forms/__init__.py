"""The shapes of input."""
