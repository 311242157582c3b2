"""Watches on runs: told when they have ended."""
