"""Tools over Kubeflow Pipelines."""
