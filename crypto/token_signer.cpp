#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "crypto/signer.h"
#include "crypto/trust/certificate.h"

namespace tahvil {

namespace {

constexpr std::size_t kMaxSlots = 64;        // of one module
constexpr std::size_t kMaxAttribute = 8192;  // bytes: a certificate, the longest value that is read
constexpr std::size_t kMaxSignature = 2048;
constexpr CK_ULONG kMaxFound = 2;  // enough to tell one from several

[[noreturn]] void fail(CK_RV answer, const std::string& doing) {
    const std::string text = "the token could not " + doing + ": " + p11_kit_strerror(answer);
    switch (answer) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
            throw SignerError("signer.pin_wrong", text,
                              "Correct the PIN before the next try; the token locks itself after a few wrong ones.");
        case CKR_PIN_LOCKED:
            throw SignerError("signer.pin_locked", text, "Unlock the token with its security officer's PIN.");
        case CKR_MECHANISM_INVALID:
        case CKR_MECHANISM_PARAM_INVALID:
        case CKR_KEY_TYPE_INCONSISTENT:
        case CKR_KEY_FUNCTION_NOT_PERMITTED:
            throw SignerError("signer.mechanism", text, "Use a key or a token that can make this kind of signature.");
        case CKR_DEVICE_REMOVED:
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_SESSION_HANDLE_INVALID:
        case CKR_SESSION_CLOSED:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_CRYPTOKI_NOT_INITIALIZED:
            throw SignerError("signer.token_gone", text, "Put the token back, and open its key again.");
        default:
            throw SignerError("signer.token", text, "Look at the token with p11tool or pkcs11-tool.");
    }
}

void require(CK_RV answer, const std::string& doing) {
    if (answer != CKR_OK) fail(answer, doing);
}

struct FreeUri {
    void operator()(P11KitUri* uri) const noexcept { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, FreeUri>;

struct FreeText {
    void operator()(char* text) const noexcept { std::free(text); }  // p11-kit allocates with malloc
};
using Text = std::unique_ptr<char, FreeText>;

Uri parse_uri(const std::string& text) {
    Uri uri(p11_kit_uri_new());
    const int answer = p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE, uri.get());
    if (answer != P11_KIT_URI_OK)
        throw InvalidInput("signer.uri", "not a PKCS#11 URI: " + std::string(p11_kit_uri_message(answer)),
                           "Write it as pkcs11:token=LABEL;object=LABEL; 'p11tool --list-keys' shows URIs.");
    // RFC 7512, 2.5: a URI with an attribute that is not understood names nothing.
    if (p11_kit_uri_any_unrecognized(uri.get()) != 0)
        throw InvalidInput("signer.uri", "a PKCS#11 URI with an attribute that is not known",
                           "Use only attributes of RFC 7512, 2.3.");
    if (p11_kit_uri_get_pin_value(uri.get()) != nullptr)
        throw InvalidInput("signer.pin_in_uri", "a PKCS#11 URI with a PIN in it",
                           "Take pin-value out of the URI, and change the PIN if others have seen it.");
    const CK_ATTRIBUTE* const type = p11_kit_uri_get_attribute(uri.get(), CKA_CLASS);
    if (type != nullptr && (type->ulValueLen != sizeof(CK_OBJECT_CLASS) ||
                            *static_cast<const CK_OBJECT_CLASS*>(type->pValue) != CKO_PRIVATE_KEY))
        throw InvalidInput("signer.uri", "a PKCS#11 URI of something other than a private key",
                           "Leave the type out, or write type=private.");
    return uri;
}

/// Modules, loaded and initialised: the one that the URI has the path of, or all that p11-kit is configured with.
class Modules {
public:
    explicit Modules(const P11KitUri* uri) {
        if (const char* const path = p11_kit_uri_get_module_path(uri)) {
            CK_FUNCTION_LIST* const module = p11_kit_module_load(path, 0);
            if (module == nullptr) refuse();
            if (p11_kit_module_initialize(module) != CKR_OK) {
                p11_kit_module_release(module);
                refuse();
            }
            single_ = {module, nullptr};
            return;
        }
        configured_ = p11_kit_modules_load_and_initialize(0);
        if (configured_ == nullptr) refuse();
    }
    Modules(const Modules&) = delete;
    Modules& operator=(const Modules&) = delete;
    ~Modules() {
        if (configured_ != nullptr) {
            p11_kit_modules_finalize_and_release(configured_);
        } else {
            p11_kit_module_finalize(single_[0]);
            p11_kit_module_release(single_[0]);
        }
    }

    std::vector<CK_FUNCTION_LIST*> all() {
        std::vector<CK_FUNCTION_LIST*> modules;
        for (CK_FUNCTION_LIST** at = configured_ != nullptr ? configured_ : single_.data(); *at != nullptr; ++at)
            modules.push_back(*at);
        return modules;
    }

private:
    [[noreturn]] static void refuse() {
        const char* const message = p11_kit_message();
        throw SignerError(
            "signer.module",
            "a PKCS#11 module could not be loaded" + (message != nullptr ? ": " + std::string(message) : std::string()),
            "Install the token's PKCS#11 module; 'p11-kit list-modules' shows what is configured.");
    }

    CK_FUNCTION_LIST** configured_ = nullptr;
    std::array<CK_FUNCTION_LIST*, 2> single_{};
};

struct Slot {
    CK_FUNCTION_LIST* module = nullptr;
    CK_SLOT_ID id = 0;
    CK_TOKEN_INFO token{};
};

std::string label_of(const CK_TOKEN_INFO& token) {
    std::string label(reinterpret_cast<const char*>(token.label), sizeof token.label);  // padded with spaces
    label.erase(label.find_last_not_of(' ') + 1);
    return label;
}

bool has_name(CK_FUNCTION_LIST* module, const P11KitUri* uri) {
    const char* const wanted = p11_kit_uri_get_module_name(uri);
    if (wanted == nullptr) return true;
    const Text name(p11_kit_module_get_name(module));
    return name != nullptr && std::string_view(name.get()) == wanted;
}

/// The one token that the URI fits.
Slot find_token(Modules& modules, const P11KitUri* uri) {
    std::vector<Slot> found;
    for (CK_FUNCTION_LIST* const module : modules.all()) {
        CK_INFO info{};
        if (!has_name(module, uri) || module->C_GetInfo(&info) != CKR_OK) continue;
        if (p11_kit_uri_match_module_info(uri, &info) == 0) continue;
        std::array<CK_SLOT_ID, kMaxSlots> slots{};
        CK_ULONG count = slots.size();
        if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) continue;
        for (const CK_SLOT_ID id : std::span(slots).first(std::min<std::size_t>(count, slots.size()))) {
            Slot slot{module, id, {}};
            CK_SLOT_INFO slot_info{};
            if (module->C_GetSlotInfo(id, &slot_info) != CKR_OK || module->C_GetTokenInfo(id, &slot.token) != CKR_OK)
                continue;
            const CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(const_cast<P11KitUri*>(uri));
            if ((slot.token.flags & CKF_TOKEN_INITIALIZED) != 0 &&
                (wanted == CK_UNAVAILABLE_INFORMATION || wanted == id) &&
                p11_kit_uri_match_slot_info(uri, &slot_info) != 0 &&
                p11_kit_uri_match_token_info(uri, &slot.token) != 0)
                found.push_back(slot);
        }
    }
    if (found.empty())
        throw SignerError("signer.no_token", "no token that fits the PKCS#11 URI is plugged in",
                          "Plug in the token; 'p11tool --list-tokens' shows those that are there.");
    if (found.size() > 1)
        throw SignerError("signer.ambiguous_token", std::to_string(found.size()) + " tokens fit the PKCS#11 URI",
                          "Name the token in the URI by token= and serial=.");
    return found.front();
}

/// A session with a token, closed with its scope.
class Session {
public:
    explicit Session(const Slot& slot) : module_(slot.module) {
        require(module_->C_OpenSession(slot.id, CKF_SERIAL_SESSION, nullptr, nullptr, &handle_), "open a session");
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { module_->C_CloseSession(handle_); }

    void log_in(CK_USER_TYPE user, const CK_TOKEN_INFO& token, const std::string& pin_source, const PinSource& pin) {
        if ((token.flags & CKF_USER_PIN_LOCKED) != 0) fail(CKR_PIN_LOCKED, "log in");
        CK_RV answer = CKR_OK;
        if ((token.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {
            answer = module_->C_Login(handle_, user, nullptr, 0);
        } else {
            SecretBytes secret = pin({label_of(token), pin_source, (token.flags & CKF_USER_PIN_FINAL_TRY) != 0});
            // To PKCS#11 no PIN means that the reader asks for it.
            if (secret.empty())
                throw SignerError("signer.pin_wrong", "an empty PIN for the token", "Give the token's PIN.");
            answer = module_->C_Login(handle_, user, secret.writable().data(), secret.size());
        }
        if (answer != CKR_USER_ALREADY_LOGGED_IN) require(answer, "log in");
    }

    /// The objects that have all the attributes; of more than kMaxFound only so many.
    std::vector<CK_OBJECT_HANDLE> find(std::vector<CK_ATTRIBUTE> attributes) const {
        require(module_->C_FindObjectsInit(handle_, attributes.data(), attributes.size()), "search for a key");
        std::array<CK_OBJECT_HANDLE, kMaxFound> found{};
        CK_ULONG count = 0;
        const CK_RV answer = module_->C_FindObjects(handle_, found.data(), found.size(), &count);
        module_->C_FindObjectsFinal(handle_);
        require(answer, "search for a key");
        return {found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, kMaxFound))};
    }

    /// The attribute's value; nothing where the object does not have it or does not tell.
    std::optional<Bytes> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
        CK_ATTRIBUTE wanted{type, nullptr, 0};
        if (module_->C_GetAttributeValue(handle_, object, &wanted, 1) != CKR_OK) return std::nullopt;
        if (wanted.ulValueLen == 0 || wanted.ulValueLen > kMaxAttribute) return std::nullopt;
        Bytes value(wanted.ulValueLen);
        wanted.pValue = value.data();
        if (module_->C_GetAttributeValue(handle_, object, &wanted, 1) != CKR_OK || wanted.ulValueLen > value.size())
            return std::nullopt;
        value.resize(wanted.ulValueLen);
        return value;
    }

    bool flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
        const std::optional<Bytes> value = attribute(object, type);
        return value && value->size() == 1 && value->front() != 0;
    }

    void begin_signature(CK_OBJECT_HANDLE key, CK_MECHANISM mechanism, const std::string& what) const {
        require(module_->C_SignInit(handle_, &mechanism, key), "make a signature (" + what + ")");
    }

    Bytes finish_signature(ByteView input) const {
        Bytes data = to_bytes(input);  // PKCS#11 takes it by a pointer to what may be written to
        Bytes signature(kMaxSignature);
        CK_ULONG size = signature.size();
        require(module_->C_Sign(handle_, data.data(), data.size(), signature.data(), &size), "sign");
        signature.resize(size);
        return signature;
    }

private:
    CK_FUNCTION_LIST* module_;
    CK_SESSION_HANDLE handle_ = 0;
};

CK_ATTRIBUTE attribute_of(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
    return {type, const_cast<void*>(value), size};  // a template for a search is not written to
}

CK_OBJECT_HANDLE find_private_key(const Session& session, P11KitUri* uri) {
    static constexpr CK_OBJECT_CLASS kPrivate = CKO_PRIVATE_KEY;
    std::vector<CK_ATTRIBUTE> wanted{attribute_of(CKA_CLASS, &kPrivate, sizeof kPrivate)};
    for (const CK_ATTRIBUTE_TYPE type : {CKA_ID, CKA_LABEL})
        if (const CK_ATTRIBUTE* const given = p11_kit_uri_get_attribute(uri, type)) wanted.push_back(*given);
    const std::vector<CK_OBJECT_HANDLE> found = session.find(wanted);
    if (found.empty())
        throw SignerError("signer.no_key", "the token has no private key that fits the PKCS#11 URI",
                          "Compare the URI with what 'p11tool --login --list-privkeys' shows.");
    if (found.size() > 1)
        throw SignerError("signer.ambiguous_key", "several private keys in the token fit the PKCS#11 URI",
                          "Name the key in the URI by object= and id=.");
    return found.front();
}

/// Some tokens wrap the point or value of a public key in an OCTET STRING, as the standard says, and some do not.
Bytes unwrapped(const Bytes& point, std::size_t size) {
    if (point.size() == size) return point;
    asn1::Cursor cursor(point);
    Bytes inner = cursor.read_octets();
    cursor.expect_end();
    return inner;
}

std::optional<PublicKey> read_public_key(const Session& session, CK_OBJECT_HANDLE object) {
    if (const auto modulus = session.attribute(object, CKA_MODULUS)) {
        const auto exponent = session.attribute(object, CKA_PUBLIC_EXPONENT);
        return exponent ? std::optional(PublicKey::rsa(*modulus, *exponent)) : std::nullopt;
    }
    const auto type = session.attribute(object, CKA_KEY_TYPE);
    const auto point = session.attribute(object, CKA_EC_POINT);
    if (!type || type->size() != sizeof(CK_KEY_TYPE) || !point) return std::nullopt;
    CK_KEY_TYPE kind = 0;
    std::copy(type->begin(), type->end(), reinterpret_cast<std::uint8_t*>(&kind));
    if (kind == CKK_EC_EDWARDS) return PublicKey::ed25519(unwrapped(*point, 32));
    const auto parameters = session.attribute(object, CKA_EC_PARAMS);
    if (kind != CKK_EC || !parameters) return std::nullopt;
    asn1::Cursor cursor(*parameters);
    const Curve curve = read_curve_parameters(cursor).curve;
    return PublicKey::ec(curve, unwrapped(*point, 1 + 2 * field_size(curve)));
}

/// From the private key where it tells (RSA), or from the public key or the certificate with the same identifier.
PublicKey find_public_key(const Session& session, CK_OBJECT_HANDLE private_key) {
    if (std::optional<PublicKey> key = read_public_key(session, private_key)) return *std::move(key);
    if (const auto identifier = session.attribute(private_key, CKA_ID)) {
        for (const CK_OBJECT_CLASS kind : {CKO_PUBLIC_KEY, CKO_CERTIFICATE}) {
            for (const CK_OBJECT_HANDLE object :
                 session.find({attribute_of(CKA_CLASS, &kind, sizeof kind),
                               attribute_of(CKA_ID, identifier->data(), identifier->size())})) {
                if (kind == CKO_CERTIFICATE) {
                    if (const auto value = session.attribute(object, CKA_VALUE))
                        return trust::Certificate::parse(*value).public_key();
                } else if (std::optional<PublicKey> key = read_public_key(session, object)) {
                    return *std::move(key);
                }
            }
        }
    }
    throw SignerError("signer.no_public_key", "the token has no public key or certificate beside the private key",
                      "Store the public key or the certificate in the token under the private key's id.");
}

struct PssNames {
    CK_MECHANISM_TYPE digest;
    CK_ULONG mask;
};

PssNames pss_names(DigestAlgorithm algorithm) {
    switch (algorithm) {
        case DigestAlgorithm::sha1:
            return {CKM_SHA_1, CKG_MGF1_SHA1};
        case DigestAlgorithm::sha224:
            return {CKM_SHA224, CKG_MGF1_SHA224};
        case DigestAlgorithm::sha256:
            return {CKM_SHA256, CKG_MGF1_SHA256};
        case DigestAlgorithm::sha384:
            return {CKM_SHA384, CKG_MGF1_SHA384};
        case DigestAlgorithm::sha512:
            break;
    }
    return {CKM_SHA512, CKG_MGF1_SHA512};
}

class TokenSigner final : public Signer {
public:
    TokenSigner(const std::string& uri, PinSource pin)
        : uri_(parse_uri(uri)),
          pin_(std::move(pin)),
          modules_(uri_.get()),
          slot_(find_token(modules_, uri_.get())),
          session_(slot_) {
        if ((slot_.token.flags & CKF_LOGIN_REQUIRED) != 0) log_in(session_, CKU_USER);
        key_ = find_private_key(session_, uri_.get());
        public_key_.emplace(find_public_key(session_, key_));
        pin_for_each_signature_ = session_.flag(key_, CKA_ALWAYS_AUTHENTICATE);
    }

    const PublicKey& public_key() const override { return *public_key_; }

    Bytes sign(const SignatureAlgorithm& algorithm, ByteView message) const override {
        Bytes signature = made_by_token(algorithm, message);
        // A fault in the token, or a public key that is not this private key's.
        if (!verify(*public_key_, algorithm, {message}, signature))
            throw SignerError("signer.wrong_signature", "the token made a signature that does not verify",
                              "See that the public key in the token is the private key's, and test the token.");
        return signature;
    }

private:
    void log_in(Session& session, CK_USER_TYPE user) const {
        const char* const source = p11_kit_uri_get_pin_source(uri_.get());
        session.log_in(user, slot_.token, source != nullptr ? source : "", pin_);
    }

    Bytes made_by_token(const SignatureAlgorithm& algorithm, ByteView message) const {
        const KeyKind kind = public_key_->kind();
        const Bytes value =
            algorithm.scheme == SignatureScheme::ed25519 ? to_bytes(message) : digest(algorithm.digest, message);
        switch (algorithm.scheme) {
            case SignatureScheme::ed25519:
                if (kind == KeyKind::ed25519) return run({CKM_EDDSA, nullptr, 0}, algorithm, value);
                break;
            case SignatureScheme::ecdsa:
            case SignatureScheme::ecdsa_plain:
                if (kind == KeyKind::ec) return sign_ecdsa(algorithm, value);
                break;
            case SignatureScheme::rsa_pkcs1:
                if (kind == KeyKind::rsa)
                    return run({CKM_RSA_PKCS, nullptr, 0}, algorithm,
                               asn1::sequence({asn1::sequence({asn1::oid(oid_of(algorithm.digest)), asn1::null()}),
                                               asn1::octet_string(value)}));
                break;
            case SignatureScheme::rsa_pss:
                if (kind == KeyKind::rsa) {
                    CK_RSA_PKCS_PSS_PARAMS parameters{pss_names(algorithm.digest).digest,
                                                      pss_names(algorithm.mask_digest).mask, algorithm.salt};
                    return run({CKM_RSA_PKCS_PSS, &parameters, sizeof parameters}, algorithm, value);
                }
                break;
        }
        throw CryptoError("crypto.wrong_key", "a key of another kind than " + description(algorithm) + " needs");
    }

    Bytes sign_ecdsa(const SignatureAlgorithm& algorithm, ByteView value) const {
        const Curve curve = public_key_->curve();
        // FIPS 186-4, 6.4 takes the leftmost bits; not every token does so by itself.
        Bytes plain = run({CKM_ECDSA, nullptr, 0}, algorithm, value.first(std::min(value.size(), order_size(curve))));
        if (algorithm.scheme == SignatureScheme::ecdsa_plain) return plain;
        return ecdsa_plain_to_der(curve, plain);
    }

    Bytes run(CK_MECHANISM mechanism, const SignatureAlgorithm& algorithm, ByteView input) const {
        const std::lock_guard lock(mutex_);
        // A session of its own, so that a signature that stops half-way leaves nothing begun behind.
        Session session(slot_);
        session.begin_signature(key_, mechanism, description(algorithm));
        if (pin_for_each_signature_) log_in(session, CKU_CONTEXT_SPECIFIC);
        return session.finish_signature(input);
    }

    Uri uri_;
    PinSource pin_;
    Modules modules_;
    Slot slot_;
    Session session_;  ///< keeps the login
    CK_OBJECT_HANDLE key_ = 0;
    std::optional<PublicKey> public_key_;
    bool pin_for_each_signature_ = false;
    mutable std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Signer> signer_from_token(const std::string& uri, const PinSource& pin) {
    return std::make_unique<TokenSigner>(uri, pin);
}

}  // namespace tahvil
