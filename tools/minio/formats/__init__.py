"""Kinds of objects, told by their content, and how the beginning of each is shown. Nothing here executes what it reads."""
