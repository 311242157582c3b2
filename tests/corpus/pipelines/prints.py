"""What a step prints is its log."""

from kfp import dsl


@dsl.component
def talk():
    import logging
    import sys

    print("to stdout")
    print("to stderr", file=sys.stderr)
    logging.getLogger().info("to the logger")


@dsl.pipeline(name="prints")
def pipeline():
    talk()


LOGS = {"talk": "to stdout", "talk ": "to stderr", "talk  ": "to the logger"}
