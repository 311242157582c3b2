"""Errors of the API, in upstream's shape: an HTTP status, a gRPC code and a sentence for a person."""

import logging
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, JsonValue
from starlette.exceptions import HTTPException
from starlette.routing import Match

logger = logging.getLogger(__name__)

# https://grpc.io/docs/guides/status-codes/ by the HTTP status that the upstream gateway gives them.
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 409: 6, 411: 3, 413: 8, 415: 3, 500: 13}


class ErrorBody(BaseModel):
    """Body of every answer that is not a success."""

    error: str
    code: int
    message: str
    details: list[dict[str, JsonValue]] = []


class ApiError(Exception):
    """The request cannot be fulfilled; `status` is the HTTP status of the answer."""

    status: ClassVar[int] = 500


class InvalidArgumentError(ApiError):
    """The request itself is wrong, or does not fit the state of the resource."""

    status = 400


class NotFoundError(ApiError):
    """The resource does not exist."""

    status = 404


class ConflictError(ApiError):
    """The name is taken."""

    status = 409


def error_response(status: int, message: str) -> JSONResponse:
    """An upstream-like error answer."""
    body = ErrorBody(error=message, code=GRPC_CODES.get(status, 2), message=message)
    return JSONResponse(body.model_dump(), status_code=status)


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI declaration of these error statuses, for a route or router; it points at what `error_schemas` gives.

    A reference, and not the model: for that the framework would build a validator per status and route, which no answer needs.
    """
    schema = {"$ref": f"#/components/schemas/{ErrorBody.__name__}"}
    return {status: {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}} for status in statuses}


def error_schemas() -> dict[str, Any]:
    """The schemas that the declarations point at, by their names."""
    schema = ErrorBody.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs"), ErrorBody.__name__: schema}


def _describe(problems: Sequence[Any]) -> str:
    sentences = []
    for problem in problems[:5]:
        place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
        reason = str(problem["msg"]).removeprefix("Value error, ")
        sentences.append(f"{place}: {reason}" if place else reason)
    return "Invalid request. " + "; ".join(sentences).encode("utf-8", "replace").decode() + "."


def _allowed_methods(request: Request) -> list[str]:
    """The methods of all routes with this path; the router itself names those of the first only."""
    scopes = {method: {**request.scope, "method": method} for method in ("DELETE", "GET", "POST")}
    return [method for method, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)]


def install_error_handlers(app: FastAPI) -> None:
    """Make every failure of `app` answer with an `ErrorBody`."""

    @app.exception_handler(ApiError)
    def api_error(_: Request, error: ApiError) -> JSONResponse:
        return error_response(error.status, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return error_response(400, _describe(error.errors()))

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> JSONResponse:
        response = error_response(error.status_code, f"{error.detail}: {request.method} {request.url.path}")
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(_allowed_methods(request))
        return response

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        incident = uuid.uuid4().hex[:8]
        logger.error("incident %s in %s %s", incident, request.method, request.url.path, exc_info=error)
        return error_response(500, f"Internal error {incident}; the server's log has the details under this number.")
