"""``python -m api.openapi_document`` prints the OpenAPI document, from which the map application takes its types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from api.application import create_app
from data.settings import Settings


def openapi_document() -> dict[str, Any]:
    """Return the description of the interface; no server or database is needed for it."""
    return create_app(Settings(data_dir=Path("nowhere"))).openapi()


if __name__ == "__main__":
    print(json.dumps(openapi_document(), ensure_ascii=False))
