"""Talks to tahvild, the smart-card terminal daemon, through its socket. Needs nothing but Python's standard library.

    import tahvil

    terminal = tahvil.Client()
    for reader in terminal.get("/v1/readers")["readers"]:
        print(reader["name"], reader["state"])

The contract of the socket is `terminal.get("/v1/openapi.json")`. Errors are exceptions: `Unreachable` when the daemon
does not answer, `Refused` with the problem document (RFC 9457) when it says no.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import secrets
import socket
import time
import urllib.parse

DEFAULT_SOCKET = "/run/tahvil/tahvild.sock"
_PROBLEM = "urn:tahvil:problem:"
_UNDER_WAY = ("waiting", "queued", "running")
_PAUSE = 0.05  # seconds between two looks at a check


class Unreachable(Exception):
    """The daemon can not be reached, or it broke off."""


class Refused(Exception):
    """The daemon answered with a problem document; `code` is its type without the prefix."""

    def __init__(self, problem):
        self.problem = problem
        self.code = problem.get("type", "").removeprefix(_PROBLEM)
        self.status = problem.get("status", 0)
        self.try_again = problem.get("try_again", False)
        remedy = problem.get("remedy")
        super().__init__(problem.get("detail", "refused") + (f" ({remedy})" if remedy else ""))


class BadAnswer(Exception):
    """A signed answer is not what it should be."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """One connection to the daemon, made when it is first needed. Not for two threads at once."""

    def __init__(self, path=None, timeout=60.0):
        self._path = path or os.environ.get("TAHVIL_SOCKET") or DEFAULT_SOCKET
        self._timeout = timeout
        self._connection = None

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def get(self, target):
        return self._send("GET", target)

    def delete(self, target):
        return self._send("DELETE", target)

    def post(self, target, body, idempotency_key=None):
        """Sends a body of JSON. The daemon gives the same answer to the same key."""
        fields = {"Content-Type": "application/json"}
        if idempotency_key:
            fields["Idempotency-Key"] = idempotency_key
        return self._send("POST", target, json.dumps(body, ensure_ascii=False).encode(), fields)

    def events(self, last_event_id=None):
        """Yields (id, event) without end, on a connection of its own; close the generator to end it."""
        connection = _Connection(self._path, self._timeout)
        try:
            connection.request("GET", "/v1/events", headers={"Last-Event-ID": last_event_id} if last_event_id else {})
            response = connection.getresponse()
            if response.status != 200:
                raise Refused(json.loads(response.read()))
            identifier = None
            for line in response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    identifier = value
                elif name == "data":
                    yield identifier, json.loads(value)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the events of {self._path} ended: {error}") from error
        finally:
            connection.close()

    def check(self, **request):
        """Runs POST /v1/checks to its end and returns the verdict."""
        return self._follow("/v1/checks", request)["verdict"]

    def identity_check(self, *, party, purpose, want, consent, audience=None, nonce=None, **more):
        """Asks about the holder of a card, and returns (claims, answer): what is so, and the signed text of it.

        `want` is {"age_over": 18, "holder_present": True, "attributes": ["name"]}, `consent` {"method", "text",
        "language", "operator_id", "to"}; `more` may hold access, holder, reader and wait.
        """
        nonce = nonce or secrets.token_urlsafe(24)
        audience = audience or party
        check = self._follow(
            "/v1/identity-checks",
            dict(more, party=party, purpose=purpose, want=want, consent=consent, audience=audience, nonce=nonce))
        return claims_of(check["answer"], nonce=nonce, audience=audience), check["answer"]

    def _follow(self, collection, request):
        identifier = self.post(collection, request)["id"]
        target = f"{collection}/{urllib.parse.quote(identifier, safe='')}"
        try:
            while (check := self.get(target))["state"] in _UNDER_WAY:
                time.sleep(_PAUSE)
        except BaseException:
            self.close()
            self.delete(target)
            raise
        if check["state"] != "finished":
            raise Refused(check.get("problem") or {"detail": f"the check was {check['state']}"})
        return check

    def _send(self, method, target, body=None, fields=None):
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = _Connection(self._path, self._timeout)
            try:
                self._connection.request(method, target, body=body, headers=fields or {})
                response = self._connection.getresponse()
                content = response.read()
                break
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # An idle connection may have been closed by the daemon, which then has not seen the request.
                if fresh or attempt == 2 or not isinstance(error, (http.client.RemoteDisconnected, BrokenPipeError)):
                    raise Unreachable(f"tahvild does not answer at {self._path}: {error}") from error
        if response.will_close:
            self.close()
        document = json.loads(content) if content else None
        if response.status >= 400:
            raise Refused(document or {"detail": f"HTTP status {response.status}", "status": response.status})
        return document


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(answer, *, nonce=None, audience=None, at=None):
    """The claims of an SD-JWT (RFC 9901) as the daemon's own socket gave it: disclosures are held against the signed
    digests, and nonce, audience and time against what is expected.

    It does not verify the signature. Whoever got an answer by another way than the daemon's socket does that first, with
    `tahvil receipt verify` or a library for JOSE.
    """
    jwt, *disclosures = answer.split("~")
    if disclosures and disclosures.pop() != "":
        raise BadAnswer("a key binding where none belongs")
    payload = json.loads(_decode(jwt.split(".")[1]))
    digests = set(payload.pop("_sd", []))
    payload.pop("_sd_alg", None)
    for disclosure in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).decode().rstrip("=")
        if digest not in digests:
            raise BadAnswer("a disclosure that was not signed, or that stands twice")
        digests.remove(digest)
        _, name, value = json.loads(_decode(disclosure))
        if name in payload:
            raise BadAnswer("a claim that stands twice")
        payload[name] = value
    for claim, expected in (("nonce", nonce), ("aud", audience)):
        if expected is not None and not hmac.compare_digest(str(payload.get(claim)).encode(), expected.encode()):
            raise BadAnswer(f"the answer is for another {claim}")
    now = time.time() if at is None else at
    if not payload.get("nbf", 0) - 60 <= now < payload.get("exp", now + 1):
        raise BadAnswer("the answer is not of this time")
    return payload
