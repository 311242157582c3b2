"""The assistant in a terminal: one question, a batch, or a chat."""
