"""What a refusal looks like over HTTP: a problem document (RFC 9457) with the stable ``code``, and its status.

One table says which error has which status. What is not in it is a defect of this program: it is answered with a fixed
text and an id, under which the log has it, never with its own words.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import QueryCanceled
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException

from api.language import language_asked
from api.middleware.asking_again import LOST
from api.refusal_words import refusal_told
from api.request_words import in_one_line, mistakes
from data.database import errors as database
from data.uploads.folders import UnknownUploadError, UploadBusyError
from data.users import errors as users
from geo import errors

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("onegrid.problems")

STATUSES: dict[type[errors.OneGridError], int] = {
    errors.OneGridError: 500,
    errors.InputError: 422,
    errors.CodesExhaustedError: 409,
    database.DatabaseUnavailableError: 503,
    errors.PlanError: 409,
    errors.UnknownPlanError: 404,
    errors.EditRefused: 409,
    errors.UnknownGridError: 404,
    UnknownUploadError: 404,
    UploadBusyError: 409,
    users.AccessRefused: 403,
    users.NotSignedIn: 401,
    users.SignInRefused: 401,
    users.TooManySignIns: 429,
}
"""Every error of ours by itself, or by what it is a kind of. An error of a kind that is not here is a defect."""

CODES = {
    400: "bad_request",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    412: "precondition_failed",
    413: "too_large",
    422: "bad_input",
    500: "defect",
    503: "unavailable",
}
"""The codes of what is refused before it gets to us."""

SENTENCES = {
    "Not Found": "there is nothing at this address",
    "Method Not Allowed": "this address does not take this method",
    "There was an error parsing the body": "the body is not the JSON that it should be",
}
"""In place of what Starlette and FastAPI say."""

OUTAGES = {
    database.DatabaseUnavailableError: "the database can't be reached, or can't write; nothing was done: try again",
    database.CopyLostError: "the database can't be reached; nothing was done: try again",
    database.DatabaseLostError: "the connection to the database broke; look in the history whether this was done",
    database.DatabaseTooSlowError: "this took too long, and nothing was done; ask for less at once",
}
"""What people read of a database that could not do its part: where it is, and why, is the log's business."""

SOON = {"Retry-After": "5"}

ANYWHERE = (400, 408, 413, 422, 500, 503)
"""What may befall any request."""


class Detail(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(examples=["body.codes.1"])
    wrong: str = Field(examples=["must be a text"])


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = "about:blank"
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["grid_locked"], description="Stable; meant for programs.")
    detail: str = Field(examples=["grid 530102001001003 is locked"], description="One sentence, for people.")
    grids: list[str] | None = Field(None, description="The codes of the grids that stand against an edit.")
    errors: list[Detail] | None = Field(None, description="What is wrong with a request, one by one.")
    id: str | None = Field(None, description="Of the request, for whoever looks after the server.")


def problem(status: int, detail: str, *, code: str | None = None, headers: Any = None, **more: Any) -> JSONResponse:
    """Return the answer to what is refused."""
    title = HTTPStatus(status).phrase
    shown = {"type": "about:blank", "title": title, "status": status, "code": code or CODES[status], "detail": detail}
    return JSONResponse(shown | more, status, headers=headers, media_type=MEDIA_TYPE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route has to say of its refusals, for the OpenAPI description: these, and `ANYWHERE`."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, *ANYWHERE})
    }


def status_of(error: errors.OneGridError) -> int:
    """Return the status of one of our errors."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def refuse(request: Request, error: Exception) -> JSONResponse:
    """Answer one of our errors; it says itself what is wrong, of files in the language that the request asks for."""
    assert isinstance(error, errors.OneGridError)
    status, more, headers = status_of(error), {}, {}
    if status == 500:
        raise error
    if isinstance(error, database.DatabaseUnavailableError):
        if isinstance(error, database.CopyLostError):
            request.scope.get(LOST, []).append(error)
        else:
            LOG.error("database", extra={"facts": {"error": type(error).__name__, "said": str(error)}})
        return problem(status, OUTAGES[type(error)], code=error.code, headers=SOON)
    if isinstance(error, errors.EditRefused):
        more["grids"] = list(error.grids)
    if isinstance(error, users.TooManySignIns):
        headers["Retry-After"] = str(error.wait_s)
    if isinstance(error, users.NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    language = language_asked(request.headers.get("Accept-Language", ""))
    return problem(status, refusal_told(str(error), language), code=error.code, headers=headers, **more)


def refuse_request(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not as it must be; what it held is not repeated, since it may be a password."""
    assert isinstance(error, RequestValidationError)
    found = mistakes(error.errors(), request.headers.get("Accept-Language"), error.body)
    return problem(422, in_one_line(found), errors=found[:100])


def refuse_http(request: Request, error: Exception) -> JSONResponse:
    """Answer what Starlette and FastAPI refuse."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    sentence = SENTENCES.get(error.detail, error.detail)
    return problem(status, sentence, code=CODES.get(status, "refused"), headers=error.headers)


def refuse_database(request: Request, error: Exception) -> JSONResponse:
    """Answer what the database does not do, where that is no defect of ours."""
    if isinstance(error, psycopg.Error):  # where it is asked without SQLAlchemy
        error = DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True)
    if isinstance(error, DataError):
        return problem(422, "a value in the request can't be stored, such as a character with the code 0")
    if isinstance(error, DBAPIError) and isinstance(error.orig, QueryCanceled):
        return problem(503, "this took too long; ask for less at once", code="timeout")
    if isinstance(error, OperationalError | InterfaceError | TimeoutError):
        LOG.error("database", extra={"facts": {"error": type(error).__name__}})
        return problem(503, "the database can't be reached; try again", headers=SOON)
    raise error


def answer_problems(app: FastAPI) -> None:
    """Have an application answer its errors as problem documents, and describe them."""
    app.add_exception_handler(errors.OneGridError, refuse)
    app.add_exception_handler(RequestValidationError, refuse_request)
    app.add_exception_handler(HTTPException, refuse_http)
    app.add_exception_handler(DBAPIError, refuse_database)
    app.add_exception_handler(psycopg.Error, refuse_database)
    app.add_exception_handler(TimeoutError, refuse_database)
