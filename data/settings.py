"""The settings of the program, from the environment: one class, built where the program begins.

Every name begins with ``ONEGRID_``; one that is not known is an error, so that a slip of the pen is not passed over.
What is secret may stand in a file, named by the setting with ``_FILE`` behind it.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, PlainSerializer, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from data.database.url import DatabaseURL
from data.users.grants import Grant, read_grants
from data.users.shares import FEWEST, USUAL
from data.web_addresses import require_issuer, require_networks, require_origin, require_tile_origins
from geo.errors import InputError

PREFIX = "ONEGRID_"
SECRETS = (
    "ONEGRID_DATABASE_URL", "ONEGRID_DATABASE_ADMIN_URL", "ONEGRID_DATABASE_READ_URL", "ONEGRID_OPENID_CLIENT_SECRET",
)  # fmt: skip
IN_FILE = "_FILE"

Address = Annotated[
    InstanceOf[DatabaseURL],
    BeforeValidator(lambda given: DatabaseURL(given) if isinstance(given, str) else given),
    PlainSerializer(str),
]


def default_data_dir() -> Path:
    """Return where a user's data is kept: by the system's habit, and for root by the machine's."""
    if os.geteuid() == 0:
        return Path("/var/lib/onegrid")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "onegrid"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "onegrid"


class Settings(BaseSettings):
    """What the program is told from outside. Secrets print as ``***``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data_dir: Path
    """Everything that is kept, the private cluster above all."""
    database_url: Address | None = None
    """A PostgreSQL server of one's own, in place of the private cluster."""
    database_admin_url: Address | None = None
    """The same database for whoever may change its schema (``onegrid db``); by default ``database_url``."""
    database_read_url: Address | None = None
    """A streaming replica of the database, from which the server reads what that has already."""
    database_connections: Annotated[int, Field(ge=FEWEST)] = USUAL
    """Connections that a process of the server may have at a time, to the database and to its replica each."""

    processes: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that the server shares its requests out to."""
    host: str = "127.0.0.1"
    """The address that the server listens on; ``0.0.0.0`` is all."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Its port; 0 is any that is free."""
    public_url: Annotated[str, AfterValidator(require_origin)] | None = None
    """Where people open it, such as ``https://grid.street.cn``, where that is not the address it listens on."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(require_networks)] = ()
    """Addresses of reverse proxies that say truly where a request came from."""
    base_map: Annotated[tuple[str, ...], NoDecode, BeforeValidator(require_tile_origins)] = ()
    """Where browsers may fetch tiles of a base map from; the page may reach nothing else but this server."""
    session_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 12
    """How long somebody stays signed in."""
    request_mb: Annotated[float, Field(gt=0)] = 16
    """The largest request, in 10⁶ bytes."""
    upload_mb: Annotated[float, Field(gt=0)] = 1024
    """How much somebody may bring at once to make a plan of, unpacked, in 10⁶ bytes."""
    upload_memory_gb: Annotated[float, Field(gt=0)] = 16
    """How much memory each process that builds what somebody brought may take, in 2³⁰ bytes."""
    upload_cpu_hours: Annotated[float, Field(gt=0)] = 6
    """How long each process that builds what somebody brought may keep a processor busy, in hours."""
    request_s: Annotated[float, Field(gt=0)] = 60
    """How long a request may take until it is answered, in seconds; and a statement of the database."""
    shutdown_s: Annotated[float, Field(gt=0)] = 30
    """How long requests may go on after the server was told to stop, in seconds."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged: at ``info`` every request."""

    openid_issuer: Annotated[str, AfterValidator(require_issuer)] | None = None
    """The identity provider with which people may sign in (OpenID Connect)."""
    openid_client_id: str | None = None
    """What One Grid is called there."""
    openid_client_secret: SecretStr | None = None
    """By which One Grid proves to it who it is."""
    openid_scope: str = "openid profile email"
    """What is asked of it."""
    openid_claim: str = "groups"
    """The claim that says what somebody is."""
    openid_name_claim: str = "preferred_username"
    """The claim that says what somebody is called; else ``email``, else ``sub``."""
    openid_grants: Annotated[tuple[Grant, ...], NoDecode, BeforeValidator(read_grants)] = ()
    """Which value of the claim carries which role and scope."""

    def reaching(self) -> dict[str, str]:
        """Return what another process of ours has to be told to reach the same database, by name; with its password."""
        urls = {"DATABASE_URL": self.database_url, "DATABASE_ADMIN_URL": self.database_admin_url}
        return {f"{PREFIX}{name}": url.text for name, url in urls.items() if url is not None}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        **_: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `read_settings` found, and look nowhere else."""
        return (init_settings,)


def read_settings(environment: Mapping[str, str] | None = None, *, data_dir: Path | None = None) -> Settings:
    """Read the settings.

    Parameters
    ----------
    environment
        Where to look; None: the process's environment.
    data_dir
        What the command line says, which wins.

    Raises
    ------
    InputError
        A name is not known, or a value can't be used; no value is repeated, since it may be a secret.

    >>> read_settings({"ONEGRID_DATABSE_URL": "postgresql://db/onegrid"})
    Traceback (most recent call last):
    geo.errors.InputError: ONEGRID_DATABSE_URL is no setting; did you mean ONEGRID_DATABASE_URL?
    """
    found = os.environ if environment is None else environment
    values = with_secrets({name: value for name, value in found.items() if name.startswith(PREFIX) and value})
    names = {f"{PREFIX}{field.upper()}": field for field in Settings.model_fields}
    for name in sorted(set(values) - set(names)):
        near = difflib.get_close_matches(name, names, 1, cutoff=0.8)
        advice = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names)}"
        raise InputError(f"{name} is no setting; {advice}")
    given = {names[name]: value for name, value in values.items()}
    if data_dir is not None:
        given["data_dir"] = str(data_dir)
    try:
        return Settings(**{"data_dir": default_data_dir(), **given})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InputError(f"{PREFIX}{str(first['loc'][0]).upper()}: {wording(first['msg'])}") from None


def with_secrets(values: Mapping[str, str]) -> dict[str, str]:
    """Read the secrets whose files are named, and return all values without these names.

    Raises
    ------
    InputError
        A file can't be read, or the secret itself is there too.
    """
    said = dict(values)
    for name in SECRETS:
        path = said.pop(name + IN_FILE, None)
        if path is None:
            continue
        if name in said:
            raise InputError(f"{name} and {name}{IN_FILE} are both set; leave one")
        try:
            said[name] = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = (getattr(error, "strerror", None) or "no UTF-8 text").lower()
            raise InputError(f"{name}{IN_FILE}: cannot read {path}: {reason}") from error
    return said


def wording(message: str) -> str:
    """Return pydantic's message without its prefix."""
    return message.removeprefix("Value error, ")
