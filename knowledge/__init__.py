"""Documents, their index and the search over them; the facade is `knowledge.knowledge`."""
