"""Web server processes: two workers of four threads unless told otherwise; each opens its own pool."""

import gc
import os
import socket
import struct
from typing import Any

workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
wsgi_app = "spo_service.wsgi:application"
# Never preload: workers forked from a loaded application would share one pool's sockets.
preload_app = False
timeout = 60
graceful_timeout = 20
keepalive = 5
# Seconds for which a sender may stand still in the middle of a request: afterwards the thread is wanted by others.
still_s = int(os.environ.get("WEB_STILL_SECONDS", "20"))
# No access log: an address asked for is nobody's business but the audit trail's.
accesslog = None
errorlog = "-"
# Its warnings quote headers that it could not read: a token among them.
loglevel = "error"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """The kernel counts: what is accepted from a listening socket has the socket's own patience."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", still_s, 0))


def post_worker_init(worker: Any) -> None:
    """What was imported stays until the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    # Requests leave few circles behind: looking for them after every 700 objects is more often than it pays.
    gc.set_threshold(20_000, 20, 20)
