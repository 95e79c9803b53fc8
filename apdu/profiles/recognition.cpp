#include "apdu/profiles/recognition.h"

#include <algorithm>

#include "apdu/applets/pkcs15/directory_file.h"
#include "apdu/error.h"

namespace tahvil::profiles {

namespace {

struct Attempt {
    const Profile* profile;
    const Application* application;
};

bool is_hinted(const Profile& profile, ByteView atr) {
    return std::ranges::any_of(profile.atrs, [atr](const Bytes& hint) { return equal(hint, atr); });
}

/// A card lists its AIDs in full, a profile may have the part that all versions share (7816-4, 12.2.3).
bool stands_for(ByteView whole, ByteView part) {
    return whole.size() >= part.size() && equal(whole.first(part.size()), part);
}

class Pass {
public:
    Pass(Channel& card, ByteView atr, const Catalogue& catalogue, std::string_view passed_over) : card_(card) {
        for (const Profile& profile : catalogue.profiles()) {
            for (const Application& application : profile.applications) {
                if (!application.recognises || profile.name == passed_over) continue;
                (is_hinted(profile, atr) ? hinted_ : others_).push_back({&profile, &application});
            }
        }
        std::ranges::stable_sort(others_, {}, [](const Attempt& attempt) { return attempt.profile->order; });
    }

    Recognition run() {
        if (const auto found = first_that_answers(hinted_)) return *found;
        if (const auto found = from_directory()) return *found;
        if (const auto found = first_that_answers(others_)) return *found;
        return {};
    }

private:
    std::optional<Recognition> first_that_answers(const std::vector<Attempt>& attempts) {
        std::vector<ByteView> refused;
        for (const Attempt& attempt : attempts) {
            const ByteView aid = attempt.application->aid;
            if (std::ranges::any_of(refused, [aid](ByteView other) { return equal(aid, other); })) continue;
            if (select(card_, *attempt.profile, *attempt.application).ok()) return judge(attempt, attempts);
            refused.push_back(aid);
        }
        return std::nullopt;
    }

    /// EF.DIR names what is on the card, so that a card of two profiles shows here.
    std::optional<Recognition> from_directory() {
        std::vector<Attempt> listed;
        for (const Bytes& aid : pkcs15::read_application_identifiers(card_)) {
            for (const auto* attempts : {&hinted_, &others_}) {
                for (const Attempt& attempt : *attempts)
                    if (stands_for(aid, attempt.application->aid)) listed.push_back(attempt);
            }
        }
        if (listed.empty()) return std::nullopt;
        // The special case goes first, whatever the order in which a card lists its applications.
        const auto special = std::ranges::find_if(listed, [&](const Attempt& one) {
            return std::ranges::all_of(listed, [&](const Attempt& other) { return goes_before(one, other); });
        });
        if (special == listed.end()) return ambiguous(listed);
        std::rotate(listed.begin(), special, special + 1);
        return first_that_answers(listed);
    }

    static bool goes_before(const Attempt& one, const Attempt& other) {
        const auto& before = one.profile->before;
        return one.profile == other.profile || std::ranges::find(before, other.profile->name) != before.end();
    }

    /// Two profiles may name the same AID.
    static Recognition judge(const Attempt& answered, const std::vector<Attempt>& attempts) {
        std::vector<Attempt> same;
        for (const Attempt& attempt : attempts)
            if (equal(attempt.application->aid, answered.application->aid)) same.push_back(attempt);
        for (const Attempt& one : same) {
            if (std::ranges::all_of(same, [&](const Attempt& other) { return goes_before(one, other); }))
                return {Recognition::Outcome::recognised, one.profile, one.application, {}};
        }
        return ambiguous(same);
    }

    static Recognition ambiguous(const std::vector<Attempt>& attempts) {
        Recognition recognition;
        recognition.outcome = Recognition::Outcome::ambiguous;
        for (const Attempt& attempt : attempts) {
            if (std::ranges::find(recognition.candidates, attempt.profile->name) == recognition.candidates.end())
                recognition.candidates.push_back(attempt.profile->name);
        }
        return recognition;
    }

    Channel& card_;
    std::vector<Attempt> hinted_;
    std::vector<Attempt> others_;
};

}  // namespace

StatusWord select(Channel& card, const Profile& profile, const Application& application) {
    if (!profile.has(Quirk::select_needs_answer)) {
        const StatusWord status = card.transmit(Command::select_application(application.aid)).status;
        // Older cards do not know how to answer nothing.
        if (status != sw::wrong_parameters) return status;
    }
    return card.transmit(Command::select_application_with_fci(application.aid)).status;
}

Recognition recognise(Channel& card, ByteView atr, const Catalogue& catalogue, std::string_view passed_over) {
    return Pass{card, atr, catalogue, passed_over}.run();
}

}  // namespace tahvil::profiles
