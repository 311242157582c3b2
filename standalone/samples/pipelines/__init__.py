"""The sample pipelines, one module each, written to be copied.

A module `my_pipeline` holds the pipeline function `my_pipeline`, compiled under the name `my-pipeline`. After a change run
`python -m standalone.samples.build`; no list needs an entry.
"""
