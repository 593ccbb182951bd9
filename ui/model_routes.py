"""The routes of the settings view: the models that can be chosen, and the count of connections."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse

from index.errors import ModelError
from ui.chat import Chat
from ui.choosing import badge, host_of, model_list, privacy, title_of
from ui.connections import Watch
from ui.model_choice import outside_host


def add_model_routes(app: FastAPI, chat: Chat, watch: Watch) -> None:
    """What the settings view shows."""
    host = outside_host(chat.libraries.at().settings)

    @app.get("/api/models")
    def models(again: bool = Query(False)) -> JSONResponse:
        found = chat.models.listed(again=again)
        return JSONResponse(
            {
                "first": chat.models.first,
                "html": model_list(found, lambda reason: chat.told(ModelError(reason))),
                "models": [
                    {
                        "id": one.id,
                        "name": title_of(one.model),
                        "where": host_of(one.model),
                        "usable": one.model.usable,
                        "away": one.model.leaves_machine,
                    }
                    for one in found
                ],
            }
        )

    @app.get("/api/connections")
    def connections(model: str = Query("", max_length=64)) -> JSONResponse:
        tally, away = watch.tally, host if model in ("", chat.models.first) else ""
        return JSONResponse(
            {
                **asdict(tally),
                "away": away,
                "badge": badge(tally, watch.on, host, bool(away)),
                "html": privacy(tally, watch.on, host, bool(away)),
            }
        )
