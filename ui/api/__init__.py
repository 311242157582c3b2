"""The assistant over HTTP: REST with server-sent events, and the chat completions that other chat pages speak."""
