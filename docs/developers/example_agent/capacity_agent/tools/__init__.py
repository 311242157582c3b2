"""The tools of the capacity agent: every module of this package is looked through."""
