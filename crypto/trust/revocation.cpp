#include "crypto/trust/revocation.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Element;
using asn1::Rules;
using asn1::Tag;

using namespace std::string_view_literals;

constexpr std::string_view kAuthorityKeyId = "\x55\x1D\x23"sv;
constexpr std::string_view kCrlNumber = "\x55\x1D\x14"sv;
constexpr std::string_view kDeltaCrlIndicator = "\x55\x1D\x1B"sv;
constexpr std::string_view kIssuingDistributionPoint = "\x55\x1D\x1C"sv;
constexpr std::string_view kIssuerAlternativeName = "\x55\x1D\x12"sv;

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("trust.revocation_list", std::string("Revocation list: ") + what);
}

}  // namespace

RevocationList RevocationList::parse(ByteView raw) {
    RevocationList list;
    list.raw_ = raw;
    Cursor whole(raw, Rules::ber);
    Cursor outer = whole.enter(Tag::sequence);
    whole.expect_end();
    const Element tbs_element = outer.read(Tag::sequence);
    list.tbs_ = tbs_element.raw;
    list.algorithm_ = outer.read(Tag::sequence).raw;
    list.signature_ = outer.read_bits();
    outer.expect_end();

    Cursor tbs = outer.within(tbs_element);
    if (tbs.next_is(Tag::integer) && tbs.read_small_integer() != 1) malformed("a version that is not 2");
    if (!equal(tbs.read(Tag::sequence).raw, list.algorithm_)) malformed("two signature algorithms that differ");
    list.issuer_ = tbs.read(Tag::sequence).raw;
    require_name(list.issuer_);
    list.this_update_ = tbs.read_time();
    if (tbs.next_is(Tag::utc_time) || tbs.next_is(Tag::generalized_time)) list.next_update_ = tbs.read_time();
    if (const auto revoked = tbs.read_if(Tag::sequence)) list.revoked_ = revoked->content;
    if (auto wrapped = tbs.enter_if(asn1::context_constructed(0))) {
        Cursor extensions = wrapped->enter(Tag::sequence);
        wrapped->expect_end();
        while (!extensions.at_end()) {
            Cursor extension = extensions.enter(Tag::sequence);
            const ByteView type = extension.read(Tag::object_identifier).content;
            const bool critical = extension.next_is(Tag::boolean) && extension.read_boolean();
            const ByteView content = extension.read_octet_view();
            Cursor value(content, Rules::ber);
            if (as_text(type) == kDeltaCrlIndicator) list.is_delta_ = true;
            if (as_text(type) == kIssuingDistributionPoint) list.scope_ = content;
            if (as_text(type) == kAuthorityKeyId) {
                if (const auto key = value.enter(Tag::sequence).read_if(asn1::context(0)))
                    list.authority_key_id_ = key->content;
            } else if (as_text(type) == kCrlNumber) {
                list.number_ = value.read_unsigned();
            } else if (critical && as_text(type) != kIssuerAlternativeName && list.unknown_critical_.empty()) {
                static_cast<void>(asn1::Oid::from_content(type));
                list.unknown_critical_ = type;
            }
        }
    }
    tbs.expect_end();
    return list;
}

void RevocationList::require_entries() const {
    for (Cursor entries(revoked_, Rules::ber); !entries.at_end();) {
        Cursor entry = entries.enter(Tag::sequence);
        entry.read(Tag::integer);
        entry.read_time();
    }
}

std::optional<std::string> RevocationList::unknown_critical_extension() const {
    if (unknown_critical_.empty()) return std::nullopt;
    return asn1::Oid::from_content(unknown_critical_).dotted();
}

std::optional<Time> RevocationList::revoked_since(ByteView serial) const {
    Cursor entries(revoked_, Rules::ber);
    while (!entries.at_end()) {
        Cursor entry = entries.enter(Tag::sequence);
        if (equal(entry.read(Tag::integer).content, serial)) return entry.read_time();
    }
    return std::nullopt;
}

std::size_t RevocationList::count() const {
    std::size_t number = 0;
    for (Cursor entries(revoked_, Rules::ber); !entries.at_end(); ++number) entries.read(Tag::sequence);
    return number;
}

bool RevocationList::signed_by(const PublicKey& issuer) const {
    try {
        Cursor cursor(algorithm_, Rules::ber);
        return verify(issuer, read_signature_algorithm(cursor), {tbs_}, signature_);
    } catch (const MalformedData&) {
        return false;
    }
}

std::string RevocationList::description() const {
    std::string text = to_text(issuer_) + ", of " + to_text(this_update_);
    if (!number_.empty()) text += ", number " + to_hex(number_);
    return text;
}

bool same_series(const RevocationList& a, const RevocationList& b) {
    return compare_names(a.issuer(), b.issuer()) != NameMatch::different &&
           equal(a.authority_key_id(), b.authority_key_id()) && equal(a.scope(), b.scope()) &&
           a.is_delta() == b.is_delta();
}

bool goes_back(const RevocationList& next, const RevocationList& known) {
    if (next.number().empty() || known.number().empty()) return next.this_update() < known.this_update();
    if (next.number().size() != known.number().size()) return next.number().size() < known.number().size();
    return std::ranges::lexicographical_compare(next.number(), known.number());
}

std::string to_text(Time at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    const auto number = [](auto value, std::size_t width) {
        std::string text = std::to_string(value);
        return std::string(width - std::min(width, text.size()), '0') + text;
    };
    return number(static_cast<int>(date.year()), 4) + "-" + number(static_cast<unsigned>(date.month()), 2) + "-" +
           number(static_cast<unsigned>(date.day()), 2) + "T" + number(clock.hours().count(), 2) + ":" +
           number(clock.minutes().count(), 2) + ":" + number(clock.seconds().count(), 2) + "Z";
}

}  // namespace tahvil::trust
