#include "apdu/applets/pkcs15/listing.h"

#include <algorithm>

namespace tahvil::pkcs15 {

namespace {

constexpr std::size_t kLongestPin = 32;  // characters
constexpr std::size_t kLargestBlock = 64;
constexpr std::size_t kLargestCertificate = 8192;

profiles::PinFormat format_of(PasswordType type) {
    switch (type) {
        case PasswordType::bcd:
        case PasswordType::half_nibble_bcd:
            return profiles::PinFormat::bcd;
        case PasswordType::iso_9564_1:
            return profiles::PinFormat::iso_9564;
        case PasswordType::ascii_numeric:
        case PasswordType::utf8:
            break;
    }
    return profiles::PinFormat::ascii;
}

class Filler {
public:
    Filler(profiles::Profile kind, const Listing& listing)
        : profile_(std::move(kind)), listing_(listing), application_(profile_.applications.front().name) {}

    profiles::Profile fill() {
        for (std::size_t i = 0; i < listing_.certificates.size(); ++i) add_certificate(listing_.certificates[i], i);
        add_proof();
        add_pin();
        return std::move(profile_);
    }

private:
    void add_certificate(const Certificate& listed, std::size_t index) {
        // Certificates within a larger file, of which a card could name any part, are not followed.
        const bool in_file = !listed.path.identifiers.empty() && listed.path.offset.value_or(0) == 0;
        if (in_file) add_file(listed, index);
        if (!in_file && listed.value.empty()) return;
        profiles::Certificate certificate;
        certificate.name = certificate_name(index);
        certificate.file = certificate.name;
        certificate.issuer = listed.authority;
        if (!listed.authority) certificate.carries = profile_.carries;
        profile_.certificates.push_back(certificate);
    }

    void add_file(const Certificate& listed, std::size_t index) {
        profiles::File file;
        file.name = certificate_name(index);
        file.application = application_;
        file.path = listed.path.identifiers;
        file.encoding = profiles::Encoding::x509;
        file.max_bytes = kLargestCertificate;
        file.optional = true;
        profile_.files.push_back(file);
    }

    const profiles::Certificate* certificate_of(const PrivateKey& key) const {
        for (std::size_t i = 0; i < listing_.certificates.size(); ++i) {
            if (listing_.certificates[i].identifier != key.identifier || listing_.certificates[i].authority) continue;
            return profile_.certificate(certificate_name(i));
        }
        return nullptr;
    }

    void add_proof() {
        const PrivateKey* best = nullptr;
        const auto cost = [](const PrivateKey& key) {
            return (key.authentication.empty() ? 0 : 2) + (key.non_repudiation ? 1 : 0);
        };
        for (const PrivateKey& key : listing_.keys) {
            if ((!key.signs && !key.non_repudiation) || !key.reference || certificate_of(key) == nullptr) continue;
            if (best == nullptr || cost(key) < cost(*best)) best = &key;
        }
        if (best == nullptr || profile_.proofs.empty()) return;
        profiles::Proof& proof = profile_.proofs.front();
        proof.application = application_;
        proof.certificate = certificate_of(*best)->name;
        proof.key = best->reference;
        authentication_ = best->authentication;
        if (!authentication_.empty()) proof.pin = kHolderPin;
    }

    /// The one that the chip's key asks for, or else the first that is the holder's.
    void add_pin() {
        const Password* chosen = nullptr;
        for (const Password& password : listing_.passwords) {
            if (password.unblocking || password.security_officer) continue;
            if (!authentication_.empty() && password.identifier == authentication_) chosen = &password;
            if (chosen == nullptr && authentication_.empty()) chosen = &password;
        }
        if (chosen == nullptr || profile_.holder_pin() != nullptr) return;
        profiles::Pin pin;
        pin.name = kHolderPin;
        pin.application = application_;
        pin.reference = chosen->reference;
        pin.format = format_of(chosen->type);
        const std::size_t longest = chosen->longest == 0 ? chosen->stored : chosen->longest;
        pin.longest = static_cast<std::uint8_t>(std::clamp<std::size_t>(longest, 1, kLongestPin));
        pin.shortest = static_cast<std::uint8_t>(std::clamp<std::size_t>(chosen->shortest, 1, pin.longest));
        if (chosen->needs_padding || pin.format != profiles::PinFormat::ascii)
            pin.block = static_cast<std::uint8_t>(std::min(std::max(chosen->stored, longest), kLargestBlock));
        pin.padding = chosen->padding;
        pin.holder = true;
        pin.can_change = !chosen->change_disabled;
        pin.empty_verify_queries = profile_.empty_verify_queries;
        profile_.pins.push_back(pin);
    }

    static constexpr const char* kHolderPin = "listed_pin";

    profiles::Profile profile_;
    const Listing& listing_;
    std::string application_;
    Bytes authentication_;
};

}  // namespace

std::string certificate_name(std::size_t index) {
    return "certificate_" + std::to_string(index + 1);
}

profiles::Profile complete(profiles::Profile kind, const Listing& listing) {
    return Filler{std::move(kind), listing}.fill();
}

}  // namespace tahvil::pkcs15
