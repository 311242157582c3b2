"""What a user asked to be remembered."""
