"""The sample world: pipelines and data that a fresh platform shows, so that the first conversation has something to talk about.

`pipelines/` holds the pipelines as source, `compiled/` the same as packages ready to upload (made by `build`). `tables` and `page` are
the functions that their components share. `data` makes the objects of the sample buckets, `load` brings everything into a platform.
"""
