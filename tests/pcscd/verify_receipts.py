"""Verifies receipts with an independent JOSE library (Debian's python3-jwcrypto).

    verify_receipts.py FILE

FILE has one JSON object in each line: the receipt (SD-JWT, RFC 9901), the record that it is to be of, and the serial of
the card. Prints how many verify; exit status 1 when one does not, 77 when the library is not there.
"""

import base64
import hashlib
import json
import sys

try:
    from cryptography import x509
    from jwcrypto import jwk, jws
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-jwcrypto)")
    sys.exit(77)


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified_claims(receipt):
    signed, *disclosures = receipt.split("~")
    assert disclosures.pop() == "", "a key binding, which receipts do not have"
    token = jws.JWS()
    token.deserialize(signed)
    header = json.loads(token.objects["protected"])
    assert header["alg"] == "ES256" and header["typ"] == "tahvil-receipt+sd-jwt", header
    certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    key = jwk.JWK.from_pyca(certificate.public_key())
    token.verify(key, alg="ES256")  # throws when the signature is not of that key
    claims = json.loads(token.payload)
    assert claims.pop("_sd_alg", "sha-256") == "sha-256"
    digests = set(claims.pop("_sd"))
    for disclosure in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).rstrip(b"=").decode()
        digests.remove(digest)  # each disclosure is asked for, once
        _salt, name, value = json.loads(from_base64url(disclosure))
        assert name not in claims
        claims[name] = value
    return claims


def main(path):
    count = 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            expected = json.loads(line)
            claims = verified_claims(expected["receipt"])
            assert claims["record"] == expected["record"], claims
            assert claims["card_serial"] == expected["serial"], claims
            assert all(item["state"] in ("satisfied", "approved", "not_applicable") for item in claims["checklist"])
            # One changed letter, and it is no receipt any more.
            head, payload, signature = expected["receipt"].split("~")[0].split(".")
            changed = payload[:-2] + ("A" if payload[-2] != "A" else "B") + payload[-1]
            try:
                verified_claims(".".join((head, changed, signature)) + "~")
            except Exception:
                count += 1
            else:
                raise AssertionError("a changed receipt verified")
    print(f"{count} receipts verify")


if __name__ == "__main__":
    main(sys.argv[1])
