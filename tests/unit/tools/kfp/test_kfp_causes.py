"""What the message and the log of a failed step tell, as clusters and libraries write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.kfp.causes import find_cause
from tools.kfp.tracebacks import WIDTH, final_chain, relevant, said


def traceback(error: str, *frames: str) -> str:
    """A traceback as the SDK's executor leaves it: its own frames, then those of the step."""
    runner = [
        '  File "<frozen runpy>", line 198, in _run_module_as_main',
        '  File "/usr/local/lib/python3.11/site-packages/kfp/dsl/executor_main.py", line 109, in <module>\n    executor_main()',
        '  File "/usr/local/lib/python3.11/site-packages/kfp/dsl/executor.py", line 361, in execute\n    result = self.func(**arguments)\n'
        "             ^^^^^^^^^^^^^^^^^^^^^^",
    ]
    own = frames or ('  File "/tmp/tmp.a1/ephemeral_component.py", line 14, in train\n    fit(frame)',)
    return "\n".join(["Traceback (most recent call last):", *runner, *own, error])


def library(depth: int) -> list[str]:
    """Frames of a library."""
    place = "/usr/local/lib/python3.11/site-packages/pandas/core"
    return [f'  File "{place}/frame{n}.py", line {n}, in call{n}\n    return inner{n}(self)\n           ^^^^^^^' for n in range(depth)]


ON_CLUSTERS = {
    "OOMKilled (exit code 137)": "out of memory",
    "Error (exit code 137)": "out of memory",
    "Pod was evicted: The node was low on resource: memory. Container main was using 5Gi, request is 0.": "out of memory",
    "The node was low on resource: ephemeral-storage. Container main was using 21Gi, request is 0.": "disk full",
    'ImagePullBackOff: Back-off pulling image "registry.example.org/train:v9"': "image pull",
    "ErrImagePull: manifest for python:3.99 not found: manifest unknown": "image pull",
    "InvalidImageName: couldn't parse image reference": "image pull",
    "Pod was active on the node longer than the specified deadline": "timeout",
    "DeadlineExceeded": "timeout",
    "Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.": "no room on the cluster",
    'pods "train" is forbidden: exceeded quota: compute, requested: cpu=8': "no room on the cluster",
    'CreateContainerConfigError: secret "s3-credentials" not found': "missing configuration",
    "terminated": "terminated",
    "Error (exit code 143)": "terminated",
    "Failed with signal SIGKILL: epoch 3": "killed",
    "Error (exit code 139)": "killed",
    "Failed with exit code 2.": "exit code",
    "Failed with exit code 1: ModuleNotFoundError: No module named 'xgboost'": "missing module",
    "Failed with exit code 1: KeyError: 'price'": "missing column",
    "": "unknown",
}


@pytest.mark.parametrize("message", ON_CLUSTERS)
def test_the_platform_says_it(message: str) -> None:
    cause = find_cause(message, "")
    assert cause.name == ON_CLUSTERS[message]
    assert cause.error
    assert cause.advice.endswith(".")


ERRORS = {
    "MemoryError": "out of memory",
    "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 29.8 GiB for an array with shape (4000000000,)": "out of memory",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.": "out of memory",
    "OSError: [Errno 28] No space left on device": "disk full",
    "ModuleNotFoundError: No module named 'sklearn'": "missing module",
    "ImportError: cannot import name 'x' from 'pandas'": "missing module",
    "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'": "missing file",
    "PermissionError: [Errno 13] Permission denied: '/data'": "permission",
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied": "permission",
    "botocore.exceptions.NoCredentialsError: Unable to locate credentials": "permission",
    "botocore.errorfactory.NoSuchKey: An error occurred (NoSuchKey) when calling the GetObject operation": "missing object",
    "minio.error.S3Error: S3 operation failed; code: NoSuchBucket, message: The specified bucket does not exist": "missing object",
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: /": "connection",
    "requests.exceptions.ReadTimeout: HTTPConnectionPool(host='x', port=80): Read timed out. (read timeout=5)": "timeout",
    "socket.gaierror: [Errno -2] Name or service not known": "connection",
    "subprocess.TimeoutExpired: Command 'x' timed out after 5 seconds": "timeout",
    "KeyError: 'price'": "missing column",
    "KeyError: \"None of [Index(['a'], dtype='object')] are in the [columns]\"": "missing column",
    "ValueError: Usecols do not match columns, columns expected but not found: ['b']": "missing column",
    "ValueError: could not convert string to float: 'abc'": "bad argument",
    "TypeError: fit() got an unexpected keyword argument 'depth'": "bad argument",
    "sklearn.utils._param_validation.InvalidParameterError: The 'C' parameter must be a float": "bad argument",
    "AssertionError: too few rows": "failed check",
    "RuntimeError: connection to tcp://db:5432 timed out": "timeout",
    "churn.quality.DataQualityError: 37 % of the labels are missing": "user exception",
    "ephemeral_component.train.<locals>.Stop: enough": "user exception",
    "ZeroDivisionError: division by zero": "user exception",
    # what a message speaks of is not what happened
    "KeyError: 'memory limit'": "missing column",
    "ValueError: timeout must be positive": "bad argument",
    "AssertionError: 3 cancelled orders": "failed check",
}


@pytest.mark.parametrize("error", ERRORS)
def test_the_last_exception_says_it(error: str) -> None:
    log = f"epoch 1\n{traceback(error)}"
    cause = find_cause(f"Failed with exit code 1: {error}", log)
    assert cause.name == ERRORS[error]
    assert cause.error.rpartition(".")[2] in error
    assert relevant(log)[-1] == error[:WIDTH]


@pytest.mark.parametrize(
    ("last_lines", "name"),
    [
        ("ERROR: No matching distribution found for xgbost==9", "package installation"),
        ("ERROR: ResolutionImpossible: for help visit https://pip.pypa.io", "package installation"),
        ("train.sh: line 3:    12 Segmentation fault      ./train", "killed"),
        ("cat: /data/in.csv: No such file or directory\nsome other line", "missing file"),
        ("done with everything", "exit code"),
    ],
)
def test_without_an_exception_the_last_lines_say_it(last_lines: str, name: str) -> None:
    assert find_cause("Failed with exit code 1.", f"starting\n{last_lines}\n").name == name


def test_the_platform_weighs_more_than_what_was_printed() -> None:
    """A step that handled an exception and was then killed for its memory."""
    assert find_cause("OOMKilled", traceback("ValueError: skipped a row") + "\nepoch 7").name == "out of memory"


def test_an_exception_that_was_handled_long_ago_is_no_cause() -> None:
    log = traceback("KeyError: 'price'") + "\n" + "\n".join(f"epoch {n}" for n in range(60))
    assert find_cause("Failed with exit code 3.", log).name == "exit code"
    assert relevant(log) == [f"epoch {n}" for n in range(45, 60)]


def test_lines_of_a_launcher_may_follow() -> None:
    log = traceback("KeyError: 'price'") + "\nI1121 04:00:00.1 18 launcher_v2.go:151] publish success\nF1121 main.go:50] exit status 1"
    assert find_cause("Error (exit code 1)", log).name == "missing column"
    assert "KeyError: 'price'" in relevant(log)


CHAIN = "\n\nDuring handling of the above exception, another exception occurred:\n\n"
CAUSED = "\n\nThe above exception was the direct cause of the following exception:\n\n"


def test_what_led_to_an_exception_that_says_little() -> None:
    log = traceback("MemoryError") + CAUSED + traceback("churn.TrainingFailed: could not train")
    cause = find_cause("Failed with exit code 1.", log)
    assert cause.name == "out of memory"
    assert cause.error == "churn.TrainingFailed: could not train (from MemoryError)"


def test_the_own_code_is_shown_and_not_the_library() -> None:
    own = '  File "/tmp/tmp.a1/ephemeral_component.py", line 14, in train\n    frame["prize"]\n    ~~~~~^^^^^^^^^'
    log = "read 150 rows\n" + traceback("KeyError: 'prize'", own, *library(40)) + CHAIN + traceback("KeyError: 'prize'", own, *library(60))
    lines = relevant(log)
    assert len(lines) <= 15
    assert lines.count('  File "ephemeral_component.py", line 14, in train') == 2
    assert lines.count('    frame["prize"]') == 2
    assert lines[-1] == "KeyError: 'prize'"
    assert '  File "pandas/core/frame59.py", line 59, in call59' in lines
    assert not any("executor" in line or "runpy" in line or "frame58" in line for line in lines)
    assert lines[0] == "read 150 rows"
    assert "…which led to:" in lines


def test_several_own_frames_are_shown_from_the_innermost() -> None:
    own = [f'  File "/app/src/train{n}.py", line {n}, in step{n}\n    step{n + 1}()' for n in range(6)]
    lines = relevant(traceback("Stop: now", *own))
    assert [line for line in lines if "File" in line] == [f'  File "train{n}.py", line {n}, in step{n}' for n in (3, 4, 5)]


def test_a_message_of_several_lines() -> None:
    log = traceback("pydantic.ValidationError: 1 validation error\n  depth\n    must be positive")
    assert relevant(log)[-3:] == ["pydantic.ValidationError: 1 validation error", "depth", "must be positive"]
    assert find_cause("", log).name == "bad argument"


def test_a_group_of_exceptions() -> None:
    log = "\n".join(
        [
            "  + Exception Group Traceback (most recent call last):",
            '  |   File "/app/x.py", line 3, in train',
            "  |     raise ExceptionGroup('two', found)",
            "  | ExceptionGroup: two (1 sub-exception)",
            "  +-+---------------- 1 ----------------",
            "    | Traceback (most recent call last):",
            '    |   File "/app/y.py", line 5, in load',
            "    |     open(path)",
            "    | FileNotFoundError: [Errno 2] No such file or directory: 'a'",
            "    +------------------------------------",
        ]
    )
    assert find_cause("", log).name == "missing file"
    assert '  File "y.py", line 5, in load' in relevant(log)


LINES = st.sampled_from(
    [
        "Traceback (most recent call last):",
        '  File "/tmp/ephemeral_component.py", line 3, in f',
        '  File "/usr/lib/python3.11/json/decoder.py", line 3, in g',
        "    call()",
        "    ^^^^^^",
        "ValueError: x",
        "The above exception was the direct cause of the following exception:",
        "",
        "epoch 1",
        "  | y",
    ]
)


@given(st.lists(LINES, max_size=60).map("\n".join) | st.text(max_size=400), st.integers(min_value=12, max_value=40))
def test_whatever_a_log_holds_the_lines_are_few_and_from_it(log: str, limit: int) -> None:
    lines = relevant(log, limit)
    assert len(lines) <= limit
    assert all(len(line) <= WIDTH for line in lines)
    assert bool(lines) == bool(said(log))
    for one in final_chain(said(log)):
        assert 0 <= one.start < one.end <= len(said(log))
    assert find_cause("Failed with exit code 1.", log).error
