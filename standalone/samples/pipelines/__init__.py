"""The sample pipelines, one module each. Every module compiles on its own; copy one to start your own pipeline."""
