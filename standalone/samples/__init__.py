"""The sample world: pipelines and data that a fresh platform shows, so that the first conversation has something to talk about.

`pipelines/` holds the pipelines as source, `compiled/` the same as packages ready to upload (made by `build`), `data` the objects of the
sample buckets, and `load` brings both into a platform.
"""
