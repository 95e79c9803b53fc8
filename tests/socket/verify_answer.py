#!/usr/bin/python3
"""Verifies a signed answer with python3-jwcrypto, by RFC 9901, 7: verify_answer.py ANSWER CERTIFICATE NONCE AUDIENCE [AT]

ANSWER is a file with the SD-JWT, CERTIFICATE the terminal's (DER), AT seconds since 1970 in place of now. Prints the
claims as JSON; exits with 1 and a reason when anything is not as it should be.
"""

import base64
import hashlib
import json
import pathlib
import ssl
import sys
import time

from jwcrypto import jwk, jws


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(answer, certificate, nonce, audience, at):
    signed, *disclosures = answer.strip().split("~")
    if disclosures.pop() != "":
        raise ValueError("a key binding")
    token = jws.JWS()
    token.deserialize(signed)
    token.allowed_algs = ["ES256"]
    token.verify(jwk.JWK.from_pem(ssl.DER_cert_to_PEM_cert(certificate).encode()))
    if token.jose_header["typ"] != "tahvil-identity+sd-jwt":
        raise ValueError("another type")
    if base64.b64decode(token.jose_header["x5c"][0]) != certificate:
        raise ValueError("another certificate")
    claims = json.loads(token.payload)
    digests = claims.pop("_sd", [])
    if claims.pop("_sd_alg", "sha-256") != "sha-256":
        raise ValueError("another digest")
    for disclosure in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).decode().rstrip("=")
        digests.remove(digest)
        _, name, value = json.loads(decode(disclosure))
        if name in claims:
            raise ValueError("a claim that stands twice")
        claims[name] = value
    if claims["nonce"] != nonce:
        raise ValueError("replayed: another nonce")
    if claims["aud"] != audience:
        raise ValueError("another audience")
    if not claims["nbf"] <= at < claims["exp"]:
        raise ValueError("expired")
    return claims


if __name__ == "__main__":
    try:
        moment = float(sys.argv[5]) if len(sys.argv) > 5 else time.time()
        print(json.dumps(verify(pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2]).read_bytes(),
                                sys.argv[3], sys.argv[4], moment)))
    except Exception as error:  # whatever it is, the answer is not verified
        sys.exit(f"{type(error).__name__}: {error}")
