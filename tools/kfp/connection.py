"""The wire to Kubeflow Pipelines: the kfp SDK's generated client, who we are there, and every failure as one error of the closed set."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode, ToolError

_CODES = {
    400: ErrorCode.INVALID_ARGUMENT,
    401: ErrorCode.PERMISSION_DENIED,
    403: ErrorCode.PERMISSION_DENIED,
    404: ErrorCode.NOT_FOUND,
    409: ErrorCode.CONFLICT,
    413: ErrorCode.INVALID_ARGUMENT,
    501: ErrorCode.UNSUPPORTED,
    504: ErrorCode.TIMEOUT,
}


class RefusedError(ToolError):
    """The server answered with a status that is no success.

    Attributes:
        status: HTTP's number.
    """

    def __init__(self, code: ErrorCode, message: str, status: int) -> None:
        super().__init__(code, message)
        self.status = status


class Connection:
    """One Kubeflow Pipelines installation.

    `connect` answers the connection's settings; it is asked again when the server is gone, so that a standalone platform that was
    stopped comes back.
    """

    def __init__(self, connect: Callable[[], KfpSettings]) -> None:
        self._connect = connect

    @cached_property
    def settings(self) -> KfpSettings:
        """The settings of the connection in use."""
        return self._connect()

    def service(self, name: str) -> Any:
        """A part of the generated client, such as `RunServiceApi`."""
        import kfp_server_api

        return getattr(kfp_server_api, name)(self._client)

    @property
    def scope(self) -> dict[str, str]:
        """The namespace, where there is one, as arguments of a call."""
        return {"namespace": self.settings.namespace} if self.settings.namespace else {}

    @property
    def time(self) -> dict[str, tuple[float, float]]:
        """The patience to connect and to wait for an answer, as arguments of a call. The client ignores a single number with a fraction."""
        return {"_request_timeout": (self.settings.timeout, self.settings.timeout)}

    def get(self, path: str, doing: str) -> dict[str, Any]:
        """GET of an endpoint that the generated client does not know."""
        with self.errors(doing):
            return _object(self._raw("GET", path).data)

    def text(self, path: str, doing: str) -> str:
        """GET of an endpoint that answers plain text."""
        with self.errors(doing):
            return bytes(self._raw("GET", path).data).decode("utf-8", "replace")

    def tail(self, path: str, doing: str, size: int) -> str:
        """The last `size` bytes of a text of any length; a web page is no text."""
        with self.errors(doing):
            response = self._raw("GET", path)
            if "html" in response.headers.get("content-type", ""):
                raise ValueError("a web page")
            end = b""
            for chunk in response.stream(size):
                end = (end + chunk)[-size:]
            return end.decode("utf-8", "replace")

    def post(self, path: str, body: bytes, headers: dict[str, str], doing: str, host: str) -> tuple[bytes, dict[str, str]]:
        """POST to one of the `hosts`: what it answers, and the headers by their names in lower case."""
        with self.errors(doing):
            response = self._raw("POST", path, body=body, header_params=dict(headers), _host=host)
            return bytes(response.data), {name.lower(): value for name, value in response.headers.items()}

    @property
    def hosts(self) -> list[str]:
        """The endpoint, and the root of the server where the endpoint lies below it: gateways hand on some services only there."""
        endpoint = (self.settings.endpoint or "").rstrip("/")
        scheme, host, *_ = urlsplit(endpoint)
        return list(dict.fromkeys([endpoint, f"{scheme}://{host}"]))

    def _raw(self, method: str, path: str, **more: Any) -> Any:
        return self._client.call_api(path, method, auth_settings=["Bearer"], _preload_content=False, **more, **self.time)

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the client raises into one error of the closed set."""
        import urllib3
        from kfp_server_api.exceptions import ApiException

        endpoint = self.settings.endpoint
        strange = f"could not {doing}: {endpoint} does not answer like Kubeflow Pipelines. Check KFP_ENDPOINT."
        try:
            yield
        except ApiException as error:
            raise _refused(error, doing, endpoint) if error.status else ToolError(ErrorCode.UNAVAILABLE, strange) from error
        except urllib3.exceptions.NewConnectionError as error:  # which counts as a timeout
            raise self._unreachable(doing, endpoint) from error
        except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
            message = f"could not {doing}: Kubeflow Pipelines at {endpoint} did not answer within {self.settings.timeout:g} s."
            raise ToolError(ErrorCode.TIMEOUT, message) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._unreachable(doing, endpoint) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ToolError(ErrorCode.UNAVAILABLE, strange) from error

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> Any:
        import kfp_server_api

        configuration = kfp_server_api.Configuration(host=(self.settings.endpoint or "").rstrip("/"))
        configuration.retries = False
        if self.settings.ca_file is not None:
            configuration.ssl_ca_cert = str(self.settings.ca_file)
        configuration.api_key_prefix["authorization"] = "Bearer"
        configuration.refresh_api_key_hook = self._identify
        self._identify(configuration)  # without a first key the client never asks the hook
        cookies = self.settings.cookies
        client = kfp_server_api.ApiClient(configuration, cookie=cookies.get_secret_value() if cookies else None)
        client.deserialize = _only_objects(client.deserialize)
        return client

    def _identify(self, configuration: Any) -> None:
        """Called before each request: clusters rotate the token. Without an entry here the client does not authenticate at all."""
        bearer = self.settings.bearer()
        if bearer:
            configuration.api_key["authorization"] = bearer

    def _unreachable(self, doing: str, endpoint: str | None) -> ToolError:
        """Drop the connection, so that the next call asks anew where the server is, and say that it is gone."""
        message = f"could not {doing}: Kubeflow Pipelines at {endpoint} does not answer. Check KFP_ENDPOINT, or run `swarm doctor`."
        for name in ("settings", "_client"):
            self.__dict__.pop(name, None)
        return ToolError(ErrorCode.UNAVAILABLE, message)


def _only_objects(deserialize: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The generated client takes whatever is no JSON object, such as a login page, for an empty answer; here it is an error."""

    def checked(response: Any, response_type: Any) -> Any:
        _object(response.data)
        return deserialize(response, response_type)

    return checked


def _object(text: str | bytes) -> dict[str, Any]:
    answer = json.loads(text)
    if not isinstance(answer, dict):
        raise ValueError("not a JSON object")
    return answer


def _refused(error: Any, doing: str, endpoint: str | None) -> RefusedError:
    """The error for an HTTP status that is no success."""
    if 300 <= error.status < 400:
        place = (error.headers or {}).get("location", "another page")
        message = f"could not {doing}: {endpoint} sends to {place}. Log in with KFP_TOKEN or KFP_COOKIES, or correct KFP_ENDPOINT."
        return RefusedError(ErrorCode.PERMISSION_DENIED, message, error.status)
    try:
        body = _object(error.body or "")
        said = " ".join(str(body.get("message") or body.get("error") or "").split())[:300]
    except ValueError:
        body, said = {}, ""
    code = _CODES.get(error.status, ErrorCode.UNAVAILABLE)
    if code is ErrorCode.NOT_FOUND and not body:
        code = ErrorCode.UNAVAILABLE
    hints = {
        ErrorCode.PERMISSION_DENIED: "Check KFP_TOKEN and KFP_NAMESPACE.",
        ErrorCode.UNAVAILABLE: "Check KFP_ENDPOINT and try again, or run `swarm doctor`.",
    }
    parts = [f"could not {doing}: {endpoint} answered {error.status}.", _sentence(said), hints.get(code, "")]
    return RefusedError(code, " ".join(part for part in parts if part), error.status)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
