#include "daemon/delivery/record.h"

#include <algorithm>
#include <vector>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kLengthSize = 4;

[[noreturn]] void malformed() {
    throw MalformedData("delivery.personal", "a delivery record whose sealed part is not of its form");
}

std::string date_text(const std::optional<Date>& date) {
    return date ? to_iso(*date) : std::string();
}

std::optional<Date> date_from(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(parse_iso_date(text));
}

class Fields {
public:
    explicit Fields(ByteView bytes) : rest_(bytes) {}

    ByteView next() {
        if (rest_.size() < kLengthSize) malformed();
        const auto size = static_cast<std::size_t>(from_big_endian(rest_.first(kLengthSize)));
        rest_ = rest_.subspan(kLengthSize);
        if (size > rest_.size()) malformed();
        const ByteView field = rest_.first(size);
        rest_ = rest_.subspan(size);
        return field;
    }
    std::string text() { return std::string(as_text(next())); }
    void finish() const {
        if (!rest_.empty()) malformed();
    }

private:
    ByteView rest_;
};

}  // namespace

SecretBytes encode_personal(const ExpectedCard& card) {
    const std::string birth_date = date_text(card.birth_date);
    const std::string expires = date_text(card.access.expires);
    const std::vector<ByteView> fields{as_bytes(card.national_code),
                                       as_bytes(card.given_name),
                                       as_bytes(card.family_name),
                                       as_bytes(birth_date),
                                       as_bytes(card.birth_certificate_serial),
                                       as_bytes(card.birth_certificate_series),
                                       as_bytes(card.tracking_code),
                                       as_bytes(card.card_serial),
                                       as_bytes(card.phone),
                                       card.access.can.view(),
                                       as_bytes(card.access.document_number),
                                       as_bytes(expires)};
    std::size_t size = 1;
    for (const ByteView field : fields) size += kLengthSize + field.size();
    SecretBytes bytes(size);
    auto at = bytes.writable().begin();
    *at++ = kVersion;
    for (const ByteView field : fields) {
        at = std::ranges::copy(to_big_endian(field.size(), kLengthSize), at).out;
        at = std::ranges::copy(field, at).out;
    }
    return bytes;
}

void decode_personal(ByteView bytes, ExpectedCard& card) {
    if (bytes.empty() || bytes.front() != kVersion) malformed();
    Fields fields(bytes.subspan(1));
    card.national_code = fields.text();
    card.given_name = fields.text();
    card.family_name = fields.text();
    card.birth_date = date_from(fields.text());
    card.birth_certificate_serial = fields.text();
    card.birth_certificate_series = fields.text();
    card.tracking_code = fields.text();
    card.card_serial = fields.text();
    card.phone = fields.text();
    card.access.can = SecretBytes(fields.next());
    card.access.document_number = fields.text();
    card.access.expires = date_from(fields.text());
    fields.finish();
}

}  // namespace tahvil::daemon
