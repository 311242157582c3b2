"""A component that starts programs and threads, and computes in parallel."""

from kfp import dsl


@dsl.component
def work() -> str:
    import subprocess
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(2) as pool:
        squares = list(pool.map(abs, [-1, -2]))
    return subprocess.run(["sh", "-c", "echo hello"], capture_output=True, text=True).stdout.strip() + str(squares)


@dsl.pipeline(name="subprocesses")
def pipeline() -> str:
    return work().output


OUTPUTS = {"Output": "hello[1, 2]"}
