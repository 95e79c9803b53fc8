#pragma once

#include <memory>
#include <string>
#include <utility>

#include "apdu/applets/mrz.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/trust/hot_list.h"
#include "daemon/check/card_check.h"
#include "daemon/reader/embedded_reader.h"
#include "tests/unit/crypto/trust/specimen.h"

/// An emulated card in an embedded reader, and a daemon's knowledge that suits it.
namespace tahvil::daemon::specimen_bench {

inline const Time kNow = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1} + std::chrono::hours{10};

/// A card together with the wire to it.
inline EmbeddedCard embed(std::unique_ptr<emulator::Card> made) {
    struct Held {
        explicit Held(std::unique_ptr<emulator::Card> c) : card(std::move(c)), wire(*card) {}
        std::unique_ptr<emulator::Card> card;
        emulator::EmulatedWire wire;
    };
    auto held = std::make_shared<Held>(std::move(made));
    EmbeddedCard embedded;
    embedded.atr = held->card->atr();
    embedded.wire = std::shared_ptr<Wire>(held, &held->wire);
    embedded.reset = [held] { held->card->reset(); };
    return embedded;
}

struct Bench {
    emulator::SpecimenPki pki = emulator::SpecimenPki::make(kNow);
    emulator::Person person = emulator::specimen_person(std::chrono::year{2026} / 6 / 1);
    std::shared_ptr<const Policy> policy = std::make_shared<Policy>(Policy::shipped("standard"));
    std::shared_ptr<EmbeddedReader> reader = std::make_shared<EmbeddedReader>("embedded", "Embedded reader");
    emulator::Specimen specimen{};
    Bytes hot_list = pki.hot_list;

    /// Makes a card and puts it into the reader.
    void insert(const emulator::SpecimenOptions& options = {}) {
        specimen = emulator::personalise(person, pki, options, kNow);
        person = specimen.person;
        reader->insert(embed(std::move(specimen.card)));
    }

    Knowledge knowledge() const {
        Knowledge known;
        known.trust = trust::specimen::store_of({pki.country_signer.certificate}, {}, {pki.revocation_list});
        const auto file = std::make_shared<const Bytes>(hot_list);
        const auto list = std::make_shared<const trust::HotList>(trust::HotList::open(*file, file));
        const auto key = std::make_shared<const trust::HotListKey>(pki.hot_list_key);
        known.card_revocation = [list, key](const std::string& issuer, const std::string& serial, Time at,
                                            std::chrono::days limit) {
            return trust::judge_card("document.revocation", &*list, &*key, issuer, serial, at, limit);
        };
        known.policy = policy;
        known.at = kNow;
        known.software = "test";
        known.demo = true;
        return known;
    }

    static SecretBytes can(std::string_view digits) { return SecretBytes{as_bytes(digits)}; }
    SecretBytes mrz_information() const {
        return tahvil::mrz_information(person.document_number, mrz::date(person.birth_date),
                                       mrz::date(person.expiry_date));
    }

    CardCheck with_can() const {
        CardCheck check;
        check.access.can = can(person.card_access_number);
        check.expected.national_code = person.national_code;
        return check;
    }
    CardCheck with_mrz() const {
        CardCheck check;
        check.access.mrz_information = mrz_information();
        check.expected.national_code = person.national_code;
        return check;
    }
};

}  // namespace tahvil::daemon::specimen_bench
