"""The pipeline server: Kubeflow Pipelines' v2beta1 REST API over a SQLite database and local worker processes."""
