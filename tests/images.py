"""Other people's images: what they document, as far as we use it. There is no engine here to ask them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image.

    ``needs`` is what it does not come up right without, with the value where only one is right; ``knows`` is
    what it may be told beside that. ``places`` is where something must be mounted: what it keeps, what it
    reads, and, because its own file system is read-only, where it writes.
    """

    programs: AbstractSet[str]
    places: AbstractSet[str]
    needs: Mapping[str, str | None]
    knows: AbstractSet[str]


IMAGES: Mapping[str, Image] = {
    "eclipse-mosquitto": Image(
        programs={"mosquitto", "mosquitto_sub"},
        places={"/mosquitto/config/mosquitto.conf"},
        needs={},
        knows=set(),
    ),
    "postgres": Image(
        programs={"postgres", "pg_isready"},
        places={"/var/lib/postgresql/data", "/var/run/postgresql", "/tmp"},  # noqa: S108 - in its container
        needs=dict.fromkeys(("POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE")),
        knows={"POSTGRES_INITDB_ARGS"},
    ),
    "influxdb": Image(
        programs={"influxd", "influx"},
        places={"/var/lib/influxdb2", "/etc/influxdb2", "/tmp"},  # noqa: S108 - in its container
        needs={"DOCKER_INFLUXDB_INIT_MODE": "setup"}
        | dict.fromkeys(f"DOCKER_INFLUXDB_INIT_{name}" for name in ("USERNAME", "ORG", "BUCKET"))
        | dict.fromkeys(f"DOCKER_INFLUXDB_INIT_{name}_FILE" for name in ("PASSWORD", "ADMIN_TOKEN")),
        knows={"INFLUXD_REPORTING_DISABLED"},
    ),
    "grafana/grafana": Image(
        programs={"grafana", "wget"},
        places={"/var/lib/grafana", "/etc/grafana/provisioning", "/tmp"},  # noqa: S108 - in its container
        needs=dict.fromkeys(("GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD__FILE")),
        knows={
            *(f"GF_ANALYTICS_{name}" for name in ("REPORTING_ENABLED", "CHECK_FOR_UPDATES")),
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
            "GF_LOG_MODE",
            "GF_NEWS_NEWS_FEED_ENABLED",
            "GF_PLUGINS_PREINSTALL_DISABLED",
            "GF_SECURITY_DISABLE_GRAVATAR",
            "GF_USERS_ALLOW_SIGN_UP",
        },
    ),
}
"""By their names, without the version."""
