"""Logs on stderr: one JSON object on each line, or text."""

import json
import logging
import sys
from datetime import datetime, timezone

from serving.settings import Settings

# Requests of probes and of Prometheus are not logged: there are several each second.
QUIET_ROUTES = ("/health", "/metrics")


class JSONFormatter(logging.Formatter):
    """Formats a record as one JSON object, with the fields of `extra={"fields": {...}}`."""

    def __init__(self, service: str):
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "msg": record.getMessage(),
        }
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class AccessFilter(logging.Filter):
    """Turns uvicorn's access records into fields, and drops those of probes."""

    def filter(self, record: logging.LogRecord) -> bool:
        # (client, method, path with query, HTTP version, status): uvicorn/protocols/http/h11_impl.py
        if not isinstance(record.args, tuple) or len(record.args) != 5:
            return True
        client, method, path, _, status = record.args
        path = path.split("?")[0]
        if path.endswith(QUIET_ROUTES):
            return False
        record.fields = {"client": client, "method": method, "path": path, "status": status}
        record.msg, record.args = "request", None
        return True


def configure_logs(settings: Settings) -> logging.Logger:
    """Directs the logs of the service and of uvicorn to stderr, and returns the service's logger."""
    handler = logging.StreamHandler(sys.stderr)
    if settings.log_format == "json":
        handler.setFormatter(JSONFormatter(settings.service))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s %(fields)s",
                                               defaults={"fields": ""}))
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.getLevelName(settings.log_level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate, logger.level = [], True, logging.NOTSET
    access = logging.getLogger("uvicorn.access")
    access.filters = [AccessFilter()]
    return logging.getLogger(settings.service)
