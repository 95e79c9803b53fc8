#include "daemon/delivery/card_match.h"

namespace tahvil::daemon {

CardMatch match(const ExpectedCard& expected, const Verdict& verdict) {
    bool same = false;
    bool other = false;
    const auto compare = [&](bool told, bool equal, bool identifies) {
        if (!told) return;
        other |= !equal;
        same |= equal && identifies;
    };
    // A manifest may call the number that the card bears its serial or its document number.
    const std::string& number = verdict.document.number;
    const std::string& serial = expected.card_serial;
    const std::string& document = expected.access.document_number;
    compare(!number.empty() && !(serial.empty() && document.empty()), number == serial || number == document, true);
    const std::string& code = verdict.holder.national_code;
    compare(!code.empty() && !expected.national_code.empty(), code == expected.national_code, true);
    // A birth date is shared by many: it can only speak against a card.
    compare(verdict.holder.birth_date && expected.birth_date, verdict.holder.birth_date == expected.birth_date, false);
    if (other) return CardMatch::other;
    return same ? CardMatch::same : CardMatch::untold;
}

}  // namespace tahvil::daemon
