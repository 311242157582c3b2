"""What is taken for a secret, and what is not."""

import itertools
import random
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.objects.links import sign
from swarm.secrets import find, masked

ALNUM = string.ascii_letters + string.digits


def chosen(seed: int, alphabet: str, length: int) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


ISSUED = {
    "aws id": "AKIA" + chosen(1, string.ascii_uppercase + string.digits, 16),
    "aws key": chosen(2, ALNUM + "+/", 40),
    "github": "ghp_" + chosen(3, ALNUM, 36),
    "github fine": "github_pat_" + chosen(4, ALNUM, 50),
    "gitlab": "glpat-" + chosen(5, ALNUM, 20),
    "slack": "xoxb-123456789012-" + chosen(6, ALNUM, 24),
    "openai": "sk-proj-" + chosen(7, ALNUM, 40),
    "anthropic": "sk-ant-api03-" + chosen(8, ALNUM, 40),
    "hugging face": "hf_" + chosen(9, ALNUM, 34),
    "google": "AIza" + chosen(10, ALNUM, 35),
    "jwt": f"eyJ{chosen(11, ALNUM, 20)}.eyJ{chosen(12, ALNUM, 30)}.{chosen(13, ALNUM, 43)}",
    "stripe": "sk_live_" + chosen(14, ALNUM, 24),
    "telegram": "123456789:AA" + chosen(15, ALNUM, 33),
    "vault": "hvs." + chosen(16, ALNUM, 24),
    "kubeconfig": "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo" + chosen(17, ALNUM, 60),
    "databricks": "dapi" + chosen(18, "0123456789abcdef", 32),
}
SURROUNDINGS = ["{}", "the value {} stands alone", "x={}", '{{"v": "{}"}}', "line one\n  {}\nline three", "--flag={}&next=1", "'{}',"]


@pytest.mark.parametrize("form", SURROUNDINGS)
@pytest.mark.parametrize("kind", ISSUED)
def test_what_issuers_make_is_found_anywhere(kind: str, form: str) -> None:
    said = masked(form.format(ISSUED[kind]), lambda _: "#")
    assert ISSUED[kind] not in said
    assert "#" in said


NAMES = [
    "password",
    "DB_PASSWORD",
    "minio.secret_key",
    "api-key",
    "aws_secret_access_key",
    "accessToken",
    "MYSQL_PWD",
    "client_secret",
    "passphrase",
]
FORMS = [
    "{n}={v}",
    "{n}: {v}",
    '"{n}": "{v}"',
    "{n} = '{v}'",
    "--{n}={v}",
    '{{\\"{n}\\": \\"{v}\\"}}',
    "export {n}={v};",
    "| {n} | {v} |",
    "{n},{v}",
]


@given(name=st.sampled_from(NAMES), form=st.sampled_from(FORMS), seed=st.integers(0, 10**6))
def test_what_stands_under_a_telling_name_is_found(name: str, form: str, seed: int) -> None:
    value = "q7" + chosen(seed, ALNUM, 14)
    assert value not in masked(form.format(n=name, v=value), lambda _: "#")


@pytest.mark.parametrize(
    "said",
    [
        "my password is Tr0ub4dor&3",
        "use password hunter22 for the database",
        "the token for gitlab is 7f3ab91c22",
        "postgresql://ann:p4ss-w@db.local:5432/ml",
        "redis://:pw12345@cache:6379/0",
        "https://7f3ab91c22d04e55@registry.local/simple",
        "Server=db;Uid=ann;Pwd=Foo1bar!;",
        "AccountName=a;AccountKey=abc123DEF456ghi789JKL012mno345PQR678stu==;EndpointSuffix=x",
        "Authorization: Bearer 7f3ab91c22d04e55",
        "curl -H 'Authorization: Basic YW5uOnA0c3M='",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIB (the log is cut here",
    ],
)
def test_what_people_and_programs_write(said: str) -> None:
    assert find(said)


HARMLESS = [
    'Minio("host", access_key="example", secret_key="example-secret", secure=False, region="eu")',
    "max_tokens=4096 n_tokens: 512 pad_token=[PAD] eos_token=</s> num_tokens=1e6",
    "tokenizer=gpt2 tokenizer_name=bert-base-uncased token_limit=1000",
    "secretName: my-db-credentials",
    "secret: my-db-creds",
    "password_column=pw1 sort_key=created_at primary_key=user_id",
    "the token is expired",
    "password is wrong",
    "reset password policy",
    "what is my api key?",
    "tokens per second: 120",
    "token=${TOKEN} password=os.environ['X'] password: Optional[str] = None token: str api_key: <secret:1>",
    "s3://bucket/very/long/Path/With/Many/Parts/model_v12_Final_2024.pkl",
    "minio://mlpipeline/v2/artifacts/breast-cancer-svm/7e0b2d0e-7b5b-4b4c-8b0a-2d7c2d9a1b11/train/model",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "image@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "class MyVeryLongClassNameWithManyWordsInItForTesting2024Version",
    "version id: 3L4kqtJlcpXroDTDmJ_rmSpXd3dIbrHYMTRCxf3vjVBH40",
    "run iris-classification with max_depth=5 and C=10",
    "http://127.0.0.1:8080/apis/v2beta1/runs?page_token=20",
]


@pytest.mark.parametrize("said", HARMLESS)
def test_words_about_secrets_and_long_names_stay(said: str) -> None:
    assert find(said) == []


@given(st.integers(0, 2**128 - 1), st.sampled_from(["run {}", "id={}", "key: {}", "etag {}", "{}", "token of run {}"]))
def test_ids_and_hashes_stay(number: int, form: str) -> None:
    for name in (str(uuid.UUID(int=number)), f"{number:032x}", f"{number:040x}", f"{number:064x}", f"{number:08x}"[:8]):
        assert find(form.format(name)) == []


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(said: str) -> None:
    spans = find(said)
    assert spans == sorted(spans)
    assert all(0 <= a < b <= len(said) for a, b in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@given(st.text(alphabet="<secret:1> password=", max_size=80))
def test_what_is_masked_once_stays_as_it_is(said: str) -> None:
    once = masked(f"password=hunter2x {said}", lambda _: "<secret:1>")
    assert masked(once, lambda _: "<secret:2>") == once


@pytest.mark.parametrize("key", ["a", "iris.csv", "reports/2026/summary of the year.html", "x" * 200])
def test_a_link_to_an_object_can_be_used(key: str) -> None:
    link = f"http://127.0.0.1:7860/share/{sign(b'k' * 32, 'datasets', key, 1795950673.2076716)}"
    text = f"Whoever has this link can download it:\n\n<{link}>"
    assert masked(text, lambda _: "<secret:1>") == text
