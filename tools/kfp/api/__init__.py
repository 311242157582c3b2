"""The calls that Kubeflow Pipelines offers, by noun; `tools.kfp.client.Kfp` has them all."""
