"""What programs get over HTTP: JSON, and errors in the shape that a path promises.

Everything under ``/v1/`` is for programs. The part that other clients know from OpenAI's servers
has its errors in their shape; everywhere else an error is ``{"error": "one sentence"}``. Which
errors there are is decided elsewhere.
"""

from __future__ import annotations

import json

from starlette.responses import Response

PROGRAMS = "/v1/"  #: routes for programs
_LIKE_OPENAI = ("/v1/models", "/v1/chat/")
RETRY_AFTER_S = 2  #: when to ask again while all places are taken
_CODES = {401: "invalid_api_key", 404: "not_found", 413: "request_too_large", 503: "busy"}


def json_text(data: object) -> str:
    """One line of JSON that any reader takes: what is no character becomes ``?``."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()


def json_response(data: object, status: int = 200) -> Response:
    """Data as the body of a response."""
    return Response(json_text(data), status, media_type="application/json")


def error_response(
    path: str, status: int, sentence: str, code: str | None = None, param: str | None = None
) -> Response:
    """One sentence, in the shape that this path promises."""
    if status == 422 and path.startswith(PROGRAMS):
        status = 400  # the one that clients of this kind of server expect for a wrong request
    response = json_response(error_body(path, status, sentence, code, param), status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def error_body(
    path: str, status: int, sentence: str, code: str | None = None, param: str | None = None
) -> dict[str, object]:
    """The JSON of an error."""
    if not path.startswith(_LIKE_OPENAI):
        return {"error": sentence}
    kind = "invalid_request_error" if status < 500 else "server_error"
    named = code or _CODES.get(status)
    return {"error": {"message": sentence, "type": kind, "param": param, "code": named}}
