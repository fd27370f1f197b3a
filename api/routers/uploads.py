"""``/api/uploads``: layers that somebody brings through the browser, from files to a draft plan.

Files are sent one by one, as they are; then the server looks into them, is told which is which, builds, and makes the
build a plan. Each step is a job of a process of its own, whose state is asked for.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from anyio import open_file, to_thread
from fastapi import APIRouter, Request, Response, status
from fastapi import Path as PathOf
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.asked import NewPlanName, looking_at, place_of
from api.callers import Editor
from api.described import LOCATION
from api.language import Language
from api.problems import problems
from api.refusal_words import refusal_told
from api.running import Running, Works
from api.telling import Asked, told, told_of
from data.reading.datum_report import SUSPECTED
from data.uploads import folders
from data.uploads.guessing import SHAPES, keys_of, required_keys
from data.uploads.jobs import changing, require_idle, state_of, throw_away
from data.uploads.mapping import adopt_mapping, read_mapping, write_mapping
from data.uploads.unpacking import unpack
from data.users.errors import NotAllowed
from data.users.identity import Identity
from geo.errors import InputError

router = APIRouter(tags=["uploads"])
BODY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
GEOJSON: dict[str, Any] = {"content": {"application/geo+json": {}}}
TOML: dict[str, Any] = {"content": {"application/toml": {}}}
MODULE = "api.uploading"
LOOKING_S = 50.0
Id = Annotated[str, PathOf(alias="upload", pattern=r"^[0-9a-f]{24}$", examples=["0123456789abcdef01234567"])]
FileName = Annotated[str, PathOf(alias="name", min_length=1, max_length=200, examples=["compounds.shp"])]


class FileShown(BaseModel):
    """A file of an upload."""

    name: str
    bytes: int


class ColumnShown(BaseModel):
    """A field of a file, with a few of its values."""

    name: str
    type: str
    samples: list[str]


class FoundShown(BaseModel):
    """A layer or table in the files."""

    file: str = Field(examples=["compounds.shp"])
    layer: str | None = Field(description="Which layer of the file; null where it has but one.")
    shape: Literal["polygon", "line", "point", "none"] = Field(description="`none`: a table.")
    count: int
    columns: list[ColumnShown]
    crs: str | None = Field(examples=["EPSG:4526"])
    encoding: str | None = Field(examples=["GB18030"], description="Where it had to be guessed.")
    extent: list[float] | None
    may_be: list[str] = Field(examples=[["community", "compound"]])
    guess: str | None
    guessed: dict[str, dict[str, str]] = Field(description="By what it may be: which field holds what.")
    outlined: bool = Field(description="Whether `…/outlines/N` has it, where N is its place in this list.")


class JobShown(BaseModel):
    """What is being done, or was done last."""

    kind: Literal["look", "build", "plan"]
    state: Literal["running", "done", "failed"]
    stage: str = Field(examples=["merge"])
    done: int
    total: int
    warnings: list[str]
    error: str | None
    code: str | None = None
    result: dict[str, JsonValue] | None


class UploadShown(BaseModel):
    """An upload."""

    id: str
    begun_at: float = Field(description="Seconds since 1970.")
    files: list[FileShown]
    found: list[FoundShown] | None = Field(description="Null until the server looked into the files.")
    unreadable: list[str]
    mapping: dict[str, JsonValue] | None = Field(description="Which layer is which, as in layers.toml; null: not said.")
    built: dict[str, JsonValue] | None = Field(description="What the build came to.")
    job: JobShown | None


class UploadList(BaseModel):
    """The caller's uploads."""

    items: list[UploadShown]


class Keys(BaseModel):
    """What the fields of a layer or table may be mapped as."""

    keys: list[str]
    required: list[str]


class Wanted(BaseModel):
    """What is to be built."""

    model_config = ConfigDict(extra="forbid")

    previous: str | None = Field(None, max_length=120, description="The plan whose codes go on.", examples=["2026"])


class Named(BaseModel):
    """What the plan is to be called."""

    model_config = ConfigDict(extra="forbid")

    name: NewPlanName


def root(works: Running) -> Path:
    """Return where uploads are kept."""
    return works.settings.data_dir / "uploads"


def found_upload(upload: Id, who: Editor, works: Works) -> folders.Upload:
    """Return the caller's upload."""
    return folders.find(root(works), upload, who.name)


@router.get("/api/uploads", responses=problems(401, 403))
def list_uploads(who: Editor, works: Works, language: Asked) -> UploadList:
    """Return the caller's uploads."""
    return UploadList(items=[shown(one, language) for one in folders.every(root(works)) if one.owner == who.name])


@router.get("/api/uploads/keys", responses=problems(401, 403))
def list_mapping_keys(who: Editor) -> dict[str, Keys]:
    """Return what fields may be mapped as, by layer and table of layers.toml."""
    return {name: Keys(keys=keys_of(name), required=required_keys(name)) for name in SHAPES}


@router.post(
    "/api/uploads", status_code=status.HTTP_201_CREATED, responses={**problems(401, 403), 201: {"headers": LOCATION}}
)
def begin_upload(request: Request, response: Response, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Begin an upload; it is kept for a week."""
    begun = folders.begin(root(works), who.name)
    response.headers.update(place_of(request, begun.id))
    return shown(begun, language)


@router.get("/api/uploads/{upload}", responses=problems(401, 403, 404))
def read_upload(upload: Id, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Return an upload: its files, what is in them, and what is being done."""
    return shown(found_upload(upload, who, works), language)


@router.delete("/api/uploads/{upload}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401, 403, 404))
def discard_upload(upload: Id, who: Editor, works: Works) -> None:
    """Throw an upload away, and stop what is being done with it."""
    found = found_upload(upload, who, works)
    works.jobs.stop(found)
    throw_away(found)


@router.put(
    "/api/uploads/{upload}/files/{name}", responses=problems(401, 403, 404, 409),
    openapi_extra={"requestBody": {"required": True, "content": BODY}},
)  # fmt: skip
async def put_file(
    upload: Id, name: FileName, request: Request, who: Editor, works: Works, language: Asked
) -> UploadShown:
    """Take a file, as it is; of a ZIP, the files in it."""
    found = await to_thread.run_sync(found_upload, upload, who, works)
    require_idle(found)
    folders.require_name(name)
    most = round(works.settings.upload_mb * 1e6)
    part = found.place / f".{secrets.token_hex(8)}.part"  # the same name may come twice at once
    try:
        await receive(request, part, most - await to_thread.run_sync(folders.bytes_in, found))
        await to_thread.run_sync(settle, found, part, name, most)
    finally:
        part.unlink(missing_ok=True)
    return await to_thread.run_sync(shown, found, language)


async def receive(request: Request, part: Path, room: int) -> None:
    """Write what is sent to a file, as it comes."""
    async with await open_file(part, "wb") as file:
        async for piece in request.stream():
            room -= len(piece)
            require_room(room)
            await file.write(piece)


def require_room(room: int) -> None:
    """Refuse what does not fit into an upload."""
    if room < 0:
        raise InputError("this upload would become too large; bring fewer or smaller files")


def settle(upload: folders.Upload, part: Path, name: str, most: int) -> None:
    """Put a file that has come whole to its place; others may have come since it began."""
    with changing(upload):
        room = most - folders.bytes_in(upload)
        upload.forget("looked", "job")  # first: of a ZIP that breaks, some files are there
        if name.lower().endswith(folders.ZIP):
            archive = part.replace(upload.place / name)
            try:
                unpacked = unpack(archive, upload.files, room=room)
            finally:
                archive.unlink()
            if upload.mapping in unpacked:
                adopt_mapping(upload, upload.mapping.replace(upload.place / "brought.toml"))
        else:
            require_room(room - part.stat().st_size)
            if len(folders.files_of(upload)) >= folders.MOST_FILES:
                raise InputError(f"an upload may have {folders.MOST_FILES:,} files; remove some")
            part.replace(upload.files / name)


@router.delete("/api/uploads/{upload}/files/{name}", responses=problems(401, 403, 404, 409))
def remove_file(upload: Id, name: FileName, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Take a file away."""
    found = found_upload(upload, who, works)
    with changing(found):
        folders.remove_file(found, name)
    return shown(found, language)


@router.post("/api/uploads/{upload}/look", responses=problems(401, 403, 404, 409))
def look_into(upload: Id, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Look into the files; it waits a while, and the job goes on after that."""
    found = found_upload(upload, who, works)
    start(works, found, "look")
    works.jobs.wait(found, LOOKING_S)
    return shown(found, language)


@router.get(
    "/api/uploads/{upload}/outlines/{which}", responses={**problems(401, 403, 404), 200: GEOJSON},
    response_class=FileResponse,
)  # fmt: skip
def read_outline(
    upload: Id, which: Annotated[str, PathOf(pattern=rf"^([0-9]{{1,4}}|{folders.GRIDS})$", examples=["0"])],
    who: Editor, works: Works,
) -> Response:  # fmt: skip
    """Return the outlines of a layer that was found, or of the built ``grids``, in WGS 84, with fewer vertices."""
    path = found_upload(upload, who, works).place / "preview" / f"{which}.json"
    if not path.exists():
        raise folders.UnknownUploadError("there is nothing to draw")
    return FileResponse(path, media_type="application/geo+json", headers={"Cache-Control": "no-store"})


@router.get(
    "/api/uploads/{upload}/layers", responses={**problems(401, 403, 404), 200: TOML},
    response_class=FileResponse,
)  # fmt: skip
def download_mapping(upload: Id, who: Editor, works: Works) -> Response:
    """Return the layers.toml, for whoever goes on at the command line."""
    path = found_upload(upload, who, works).mapping
    if not path.exists():
        raise folders.UnknownUploadError("it was not said yet which layer is which")
    return FileResponse(path, media_type="application/toml", filename="layers.toml")


@router.put("/api/uploads/{upload}/layers", responses=problems(401, 403, 404, 409))
def map_layers(upload: Id, given: dict[str, JsonValue], who: Editor, works: Works, language: Asked) -> UploadShown:
    """Say which file is which layer, and which field holds what: as in layers.toml."""
    found = found_upload(upload, who, works)
    with changing(found):
        write_mapping(found, given)
    return shown(found, language)


@router.post(
    "/api/uploads/{upload}/build", status_code=status.HTTP_202_ACCEPTED, responses=problems(401, 403, 404, 409)
)
def build_upload(upload: Id, given: Wanted, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Build the one grid of the layers."""
    found = found_upload(upload, who, works)
    if not found.mapping.exists():
        raise InputError("say first which layer is which")
    if given.previous is not None:
        with looking_at(works, who, given.previous) as (_, state):
            require_scope(who, [state.plan.jurisdiction])
    settings = works.settings
    memory, seconds = round(settings.upload_memory_gb * (1 << 30)), round(settings.upload_cpu_hours * 3600)
    start(works, found, "build", str(memory), str(seconds), str(settings.data_dir), given.previous or "")
    return shown(found, language)


@router.post("/api/uploads/{upload}/plan", status_code=status.HTTP_202_ACCEPTED, responses=problems(401, 403, 404, 409))
def make_plan(upload: Id, given: Named, who: Editor, works: Works, language: Asked) -> UploadShown:
    """Make the build a draft plan. It takes a scope that covers all of it."""
    found = found_upload(upload, who, works)
    require_idle(found)
    built = found.read("built")
    if built is None:
        raise InputError("there is no build yet; build first")
    require_scope(who, built["communities"])
    start(works, found, "plan", str(works.settings.data_dir), given.name)
    return shown(found, language)


def start(works: Running, upload: folders.Upload, kind: str, *arguments: str) -> None:
    """Start a job."""
    works.jobs.start(upload, kind, MODULE, arguments, reaches=bool(arguments))


def require_scope(who: Identity, codes: list[str]) -> None:
    """Refuse land that is not the caller's."""
    if not all(who.covers(code) for code in codes):
        raise NotAllowed(f"the layers reach beyond {who.scope}, which is all that you may change")


def shown(upload: folders.Upload, language: Language | None) -> UploadShown:
    """Return an upload as it stands, what was done with it told in a language."""
    looked: dict[str, Any] = upload.read("looked") or {"found": None, "unreadable": []}
    return UploadShown(
        id=upload.id,
        begun_at=upload.begun_at,
        files=[FileShown(name=path.name, bytes=path.stat().st_size) for path in folders.files_of(upload)],
        found=looked["found"],
        unreadable=[refusal_told(one, language) for one in looked["unreadable"]],
        mapping=read_mapping(upload),
        built=built_told(upload.read("built"), language),
        job=job_told(state_of(upload), language),  # type: ignore[arg-type]
    )


def job_told(job: dict[str, Any] | None, language: Language | None) -> dict[str, Any] | None:
    """Return what is being done, its error and warnings told in a language."""
    if job is None:
        return None
    error = None if job["error"] is None else refusal_told(job["error"], language)
    return {**job, "error": error, "warnings": [refusal_told(one, language) for one in job["warnings"]]}


def built_told(built: dict[str, Any] | None, language: Language | None) -> dict[str, Any] | None:
    """Return what a build came to, repairs and reasons told in a language; which layers seem shifted stands beside."""
    if built is None:
        return None
    repairs = [told_of(one, ["problem", "action"], language) for one in built["repairs"]]
    suspected = [
        {"layer": one["layer"], "datum": one["problem"].removeprefix(SUSPECTED)}
        for one in built["repairs"]
        if one["problem"].startswith(SUSPECTED)
    ]
    reasons = {told(reason, language): kinds for reason, kinds in built["not_evaluated"].items()}
    return {**built, "repairs": repairs, "not_evaluated": reasons, "suspected": suspected}
