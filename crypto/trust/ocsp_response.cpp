#include "crypto/trust/ocsp_response.h"

#include <algorithm>
#include <ctime>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/revocation.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;
using openssl::Handle;

using Response = Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using Basic = Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;

void free_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);
}
using Stack = Handle<STACK_OF(X509), free_stack>;  // the certificates are owned elsewhere

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("trust.ocsp_response", "OCSP response: " + what,
                        "ask the responder again, and look at the answer with `openssl ocsp -respin FILE -text`");
}

/// RFC 6960, 4.2.1: OCSPResponseStatus.
std::string status_words(int status) {
    switch (status) {
        case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
            return "malformedRequest";
        case OCSP_RESPONSE_STATUS_INTERNALERROR:
            return "internalError";
        case OCSP_RESPONSE_STATUS_TRYLATER:
            return "tryLater";
        case OCSP_RESPONSE_STATUS_SIGREQUIRED:
            return "sigRequired";
        case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
            return "unauthorized";
        default:
            return "status " + std::to_string(status);
    }
}

/// None is of use here; one that must be understood is a reason not to go on.
void refuse_critical(Cursor wrapped) {
    Cursor extensions = wrapped.enter(Tag::sequence);
    wrapped.expect_end();
    while (!extensions.at_end()) {
        Cursor extension = extensions.enter(Tag::sequence);
        const Oid type = extension.read_oid();
        if (extension.next_is(Tag::boolean) && extension.read_boolean())
            malformed("the critical extension " + type.dotted());
    }
}

void read_certificate_id(Cursor id, OcspAnswer& answer) {
    const auto algorithm = digest_by_oid(id.enter(Tag::sequence).read_oid());
    if (!algorithm) malformed("a digest that is not known");
    answer.digest = *algorithm;
    answer.issuer_name_hash = id.read_octet_view();
    answer.issuer_key_hash = id.read_octet_view();
    answer.serial = id.read(Tag::integer).content;
    id.expect_end();
}

void read_status(Cursor& single, OcspAnswer& answer) {
    if (single.read_if(asn1::context(0))) {
        answer.status = OcspStatus::good;
    } else if (auto revoked = single.enter_if(asn1::context_constructed(1))) {
        answer.status = OcspStatus::revoked;
        answer.revoked_since = revoked->read_time();
    } else {
        single.read(asn1::context(2));
        answer.status = OcspStatus::unknown;
    }
}

OcspAnswer read_answer(Cursor single) {
    OcspAnswer answer;
    const asn1::Element id = single.read(Tag::sequence);
    answer.certificate_id = id.raw;
    read_certificate_id(single.within(id), answer);
    read_status(single, answer);
    answer.this_update = single.read_time();
    if (auto next = single.enter_if(asn1::context_constructed(0))) answer.next_update = next->read_time();
    if (auto extensions = single.enter_if(asn1::context_constructed(1))) refuse_critical(*extensions);
    single.expect_end();
    return answer;
}

/// RFC 6960, 4.1.1.
bool is_issuer(const OcspAnswer& answer, const Certificate& issuer) {
    return equal(answer.issuer_name_hash, digest(answer.digest, issuer.subject())) &&
           equal(answer.issuer_key_hash, digest(answer.digest, issuer.key_bits()));
}

bool is_weak(const OCSP_BASICRESP* basic) {
    const ASN1_OBJECT* algorithm = nullptr;
    X509_ALGOR_get0(&algorithm, nullptr, nullptr, OCSP_resp_get0_tbs_sigalg(basic));
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, nullptr) != 1) return true;
    return digest == NID_md2 || digest == NID_md4 || digest == NID_md5 || digest == NID_sha1;
}

/// Who signed is the issuer, or says of itself that it is not to be looked for in a list.
bool needs_no_check(OCSP_BASICRESP* basic, X509* issuer, STACK_OF(X509) * known) {
    X509* signer = nullptr;
    if (OCSP_resp_get0_signer(basic, &signer, known) != 1) return false;
    return X509_cmp(signer, issuer) == 0 || X509_get_ext_by_NID(signer, NID_id_pkix_OCSP_noCheck, -1) >= 0;
}

bool verify(ByteView raw, ByteView issuer_der, Time at) {
    const unsigned char* place = raw.data();
    const Response response(d2i_OCSP_RESPONSE(nullptr, &place, static_cast<long>(raw.size())));
    if (!response) return false;
    const Basic basic(OCSP_response_get1_basic(response.get()));
    place = issuer_der.data();
    const openssl::Certificate issuer(d2i_X509(nullptr, &place, static_cast<long>(issuer_der.size())));
    if (!basic || !issuer || is_weak(basic.get())) return false;
    const Store store(openssl::require(X509_STORE_new(), "make a store"));
    openssl::require(X509_STORE_add_cert(store.get(), issuer.get()), "take an issuer");
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()),
                               static_cast<std::time_t>(at.time_since_epoch().count()));
    const Stack known(openssl::require(sk_X509_new_null(), "make a list"));
    if (sk_X509_push(known.get(), issuer.get()) <= 0) openssl::fail("take an issuer");
    // The chain may end in the issuer, which is no root; a root's own word on who may answer does not count.
    constexpr unsigned long kRules = OCSP_PARTIAL_CHAIN | OCSP_NOEXPLICIT;
    return OCSP_basic_verify(basic.get(), known.get(), store.get(), kRules) == 1 &&
           needs_no_check(basic.get(), issuer.get(), known.get());
}

}  // namespace

bool OcspResponse::looks_like_one(ByteView file) {
    try {
        return Cursor(file, Rules::ber).enter(Tag::sequence).next_is(Tag::enumerated);
    } catch (const MalformedData&) {
        return false;
    }
}

OcspResponse OcspResponse::parse(ByteView raw) {
    static const Oid basic_type("1.3.6.1.5.5.7.48.1.1");
    OcspResponse response;
    response.raw_ = raw;
    Cursor whole(raw, Rules::ber);
    Cursor outer = whole.enter(Tag::sequence);
    whole.expect_end();
    const ByteView status = outer.read(Tag::enumerated).content;
    if (status.size() != 1) malformed("a status that is none");
    if (status[0] != OCSP_RESPONSE_STATUS_SUCCESSFUL) malformed("the responder refused: " + status_words(status[0]));
    Cursor wrapped = outer.enter(asn1::context_constructed(0));
    outer.expect_end();
    Cursor typed = wrapped.enter(Tag::sequence);
    wrapped.expect_end();
    if (typed.read_oid() != basic_type) malformed("a type that is not id-pkix-ocsp-basic");
    Cursor enclosed(typed.read_octet_view(), Rules::ber);
    typed.expect_end();

    Cursor data = enclosed.enter(Tag::sequence).enter(Tag::sequence);
    enclosed.expect_end();
    if (auto version = data.enter_if(asn1::context_constructed(0)))
        if (version->read_small_integer() != 0) malformed("a version that is not 1");
    if (!data.read_if(asn1::context_constructed(1))) data.read(asn1::context_constructed(2));
    response.produced_at_ = data.read_time();
    for (Cursor singles = data.enter(Tag::sequence); !singles.at_end();) {
        if (response.answers_.size() == kMaxAnswers)
            malformed("more than " + std::to_string(kMaxAnswers) + " answers in one");
        response.answers_.push_back(read_answer(singles.enter(Tag::sequence)));
    }
    if (response.answers_.empty()) malformed("no answer in it");
    if (auto extensions = data.enter_if(asn1::context_constructed(1))) refuse_critical(*extensions);
    data.expect_end();
    return response;
}

const OcspAnswer* OcspResponse::about(const Certificate& issued, const Certificate& issuer) const {
    const auto found = std::ranges::find_if(answers_, [&](const OcspAnswer& answer) {
        return equal(answer.serial, issued.serial()) && is_issuer(answer, issuer);
    });
    return found == answers_.end() ? nullptr : &*found;
}

bool OcspResponse::is_of(const Certificate& issuer) const {
    return std::ranges::all_of(answers_, [&](const OcspAnswer& answer) { return is_issuer(answer, issuer); });
}

bool OcspResponse::signed_for(const Certificate& issuer, Time at) const {
    const bool holds = verify(raw_, issuer.raw(), at);
    openssl::clear_errors();
    return holds;
}

std::string OcspResponse::description() const {
    std::string text = "OCSP response of " + to_text(produced_at_) + " for serial " + to_hex(answers_.front().serial);
    if (answers_.size() > 1) text += " and " + std::to_string(answers_.size() - 1) + " more";
    return text;
}

}  // namespace tahvil::trust
