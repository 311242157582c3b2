"""Ready components, one module each: their source goes into the pipelines that are written for a user, so each stands on its own."""
