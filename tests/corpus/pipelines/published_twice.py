"""A component names what it wrote as an object that is there: nothing is replaced."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("mine")
    data.uri = "minio://data/greeting.txt"


@dsl.pipeline(name="published-twice")
def pipeline():
    write()


STATE = "FAILED"
ERROR = "'data/greeting.txt': such an object is there already, and none is ever replaced"
LOCAL = "does not resolve minio addresses"
