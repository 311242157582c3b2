"""Document formats: each module turns one of them into Markdown, the form that is chunked, indexed and read."""
