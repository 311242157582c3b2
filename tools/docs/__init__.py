"""Tools over the indexed documents."""
