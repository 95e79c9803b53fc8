#include "daemon/party/identity_question.h"

#include <algorithm>
#include <array>

namespace tahvil::daemon {

std::set<Predicate> Wanted::predicates() const {
    std::set<Predicate> asked;
    if (age_over) asked.insert(Predicate::age_over);
    if (national_code_is) asked.insert(Predicate::national_code_is);
    if (name_is) asked.insert(Predicate::name_is);
    if (birth_date_is) asked.insert(Predicate::birth_date_is);
    if (nationality_is) asked.insert(Predicate::nationality_is);
    if (card_valid) asked.insert(Predicate::card_valid);
    if (holder_present) asked.insert(Predicate::holder_present);
    return asked;
}

std::string_view name(Consent::Method method) {
    return method == Consent::Method::pin ? "pin" : "operator";
}

Wanted consented(const Wanted& wanted, const Consent& consent) {
    const auto may = [&](Predicate predicate) { return consent.predicates.contains(predicate); };
    Wanted left = wanted;
    if (!may(Predicate::age_over)) left.age_over.reset();
    if (!may(Predicate::national_code_is)) left.national_code_is.reset();
    if (!may(Predicate::name_is)) left.name_is.reset();
    if (!may(Predicate::birth_date_is)) left.birth_date_is.reset();
    if (!may(Predicate::nationality_is)) left.nationality_is.reset();
    left.card_valid = left.card_valid && may(Predicate::card_valid);
    left.holder_present = left.holder_present && may(Predicate::holder_present);
    std::erase_if(left.attributes, [&](Attribute attribute) { return !consent.attributes.contains(attribute); });
    return left;
}

CardCheck card_check_for(const IdentityQuestion& question) {
    // The MRZ answers for all others.
    constexpr std::array beyond_the_mrz{Attribute::name, Attribute::national_code};
    const Wanted wanted = consented(question.wanted, question.consent);
    CardCheck check;
    check.purpose = Purpose::identity_check;
    check.access = question.access;
    check.expected.national_code = wanted.national_code_is;
    check.expected.name = wanted.name_is;
    check.expected.birth_date = wanted.birth_date_is;
    if (question.holder_pin) check.holder = HolderMethod::pin;
    const bool details =
        wanted.national_code_is || wanted.name_is ||
        std::ranges::any_of(beyond_the_mrz, [&](Attribute attribute) { return wanted.attributes.contains(attribute); });
    if (details) check.want.insert(Part::holder);
    if (wanted.attributes.contains(Attribute::portrait)) check.want.insert(Part::portrait);
    return check;
}

}  // namespace tahvil::daemon
