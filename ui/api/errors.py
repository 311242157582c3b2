"""Errors of the assistant as HTTP statuses, each front-end's in its own shape."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from swarm.errors import AccessError, ApprovalError, MessageError, RateError, StoreError, SwarmError

STATUS: dict[type[SwarmError], int] = {MessageError: 400, AccessError: 404, ApprovalError: 409, RateError: 429, StoreError: 503}
Shape = Callable[[int, str], dict[str, object]]


def shape_errors(app: FastAPI, shape: Shape, unusable_is: int = 422) -> None:
    """Have every error of an application answered in one shape; requests that do not fit have the status `unusable_is`."""

    async def refused(request: Request, error: Exception) -> JSONResponse:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
        return JSONResponse(shape(status, str(error)), status)

    async def unusable(request: Request, error: Exception) -> JSONResponse:
        problems = error.errors() if isinstance(error, RequestValidationError) else []
        said = "; ".join(f"{'.'.join(str(part) for part in p['loc'][1:]) or p['loc'][0]}: {p['msg'].lower()}" for p in problems)
        return JSONResponse(shape(unusable_is, said.encode(errors="replace").decode()), unusable_is)

    async def stated(request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        return JSONResponse(shape(status, str(getattr(error, "detail", error))), status, dict(headers or {}))

    app.add_exception_handler(SwarmError, refused)
    app.add_exception_handler(RequestValidationError, unusable)
    app.add_exception_handler(HTTPException, stated)
