"""The side panel: runs, data, documents and activity as pages of their own, beside the conversation."""
