"""The assistant in Slack: a thread is a conversation."""
