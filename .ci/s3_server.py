"""moto's server, one request after the other.

moto looks whether an object is there and stores it in two steps, in threads that race: under load
two of eight writers were told that they had created the same object. S3 does both in one step.
"""

import io
import sys
import threading

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

served = DomainDispatcherApplication(create_backend_app)
one_at_a_time = threading.Lock()


def application(environ, start_response):
    # The request is read before the lock is taken: a slow client must not hold up the others.
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))
    with one_at_a_time:
        return [b"".join(served(environ, start_response))]


run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True)
