"""The bundled MLOps handbook; a package, so that its pages are installed with it."""
