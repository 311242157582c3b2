"""Where documents come from: files of this machine, addresses of the web; others implement the same `Selection`."""
