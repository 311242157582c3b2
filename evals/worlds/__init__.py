"""Worlds: descriptions of an installation with its pipelines, runs, buckets and documents, and the real thing made from them."""
