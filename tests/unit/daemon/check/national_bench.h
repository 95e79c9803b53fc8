#pragma once

#include <set>
#include <string>

#include "apdu/emulator/national_card.h"
#include "apdu/profiles/reader.h"
#include "tests/unit/daemon/check/specimen_bench.h"

/// Emulated cards of a national PKI, and a daemon's knowledge that suits them.
namespace tahvil::daemon::national_bench {

using specimen_bench::kNow;

using Maker = emulator::NationalCard (*)(const emulator::Person&, const emulator::NationalPki&,
                                         const emulator::NationalCardOptions&, trust::Time, const RandomSource&);

struct Bench {
    emulator::NationalPki pki = emulator::NationalPki::make(kNow);
    emulator::Person person = emulator::specimen_person(std::chrono::year{2026} / 6 / 1);
    std::shared_ptr<const Policy> policy = std::make_shared<Policy>(Policy::shipped("standard"));
    std::shared_ptr<profiles::Catalogue> catalogue =
        std::make_shared<profiles::Catalogue>(profiles::Catalogue::built_in());
    std::set<std::string> hot_listed;  ///< serials

    /// Lets a profile name the attribute that these specimens have the national code in, as an operator would.
    void trust_serial_number(const std::string& profile) {
        profiles::Profile own = *catalogue->find(profile);
        own.carries[profiles::Meaning::national_code] = "2.5.4.5";
        for (profiles::Certificate& certificate : own.certificates) {
            if (!certificate.issuer && certificate.name != "registry")
                certificate.carries[profiles::Meaning::national_code] = "2.5.4.5";
        }
        catalogue->add(own);
    }

    emulator::NationalCard make(Maker maker, const emulator::NationalCardOptions& options = {}) const {
        return maker(person, pki, options, kNow, system_random);
    }

    Knowledge knowledge() const {
        Knowledge known;
        known.trust =
            trust::specimen::store_of({pki.root.certificate}, {pki.issuing_authority.certificate},
                                      {pki.revocation_list, pki.root_revocation_list}, {trust::Purpose::national_pki});
        known.card_revocation = [listed = hot_listed](const std::string&, const std::string& serial, Time,
                                                      std::chrono::days) {
            const bool found = listed.contains(serial);
            return Check{"document.revocation", found ? Result::failed : Result::passed, found ? "listed" : "", {}};
        };
        known.policy = policy;
        known.profiles = catalogue;
        known.at = kNow;
        known.software = "test";
        known.demo = true;
        return known;
    }

    CardCheck with_pin(std::string_view pin) const {
        CardCheck check;
        check.expected.national_code = person.national_code;
        check.access.pin = SecretBytes{as_bytes(pin)};
        check.holder = HolderMethod::pin;
        return check;
    }
};

inline std::string outcome(const Verdict& verdict, std::string_view id) {
    const Check* check = find(verdict.checks, id);
    if (check == nullptr) return "missing";
    return std::string{name(check->result)} + (check->reason.empty() ? "" : " " + check->reason);
}

inline std::string reasons(const Verdict& verdict) {
    std::string text;
    for (const std::string& line : verdict.because) text += line + "; ";
    return text;
}

}  // namespace tahvil::daemon::national_bench
