#include "daemon/reader/embedded_specimens.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "apdu/emulator/eid_card.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/national_cards.h"
#include "apdu/emulator/specimen.h"
#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

/// A card and the wire to it, which live together.
struct WiredCard {
    explicit WiredCard(std::unique_ptr<emulator::Card> made) : card(std::move(made)), wire(*card) {}
    std::unique_ptr<emulator::Card> card;
    emulator::EmulatedWire wire;
};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad())
        throw InvalidInput("input.file", "the file " + path.string() + " can not be read",
                           "Look whether it is there and whether this user may read it.");
    return content;
}

/// Who is on a card, and how they look: a drawn portrait where there is none.
struct Holder {
    emulator::Person person;
    Bytes portrait;
};

Holder holder_of(const EmbeddedReaderConfig& config, std::chrono::sys_seconds now) {
    Holder holder{emulator::specimen_person(std::chrono::floor<std::chrono::days>(now)), {}};
    if (config.person.empty()) return holder;
    holder.person = emulator::read_person(read_file(config.person), config.person, holder.person);
    if (!holder.person.portrait_file.empty())
        holder.portrait = to_bytes(
            as_bytes(read_file(std::filesystem::path{config.person}.parent_path() / holder.person.portrait_file)));
    return holder;
}

std::unique_ptr<emulator::Card> personalise(const EmbeddedReaderConfig& config, const emulator::SpecimenPki& pki,
                                            const emulator::SpecimenTerminals* terminals, std::chrono::sys_seconds now,
                                            const RandomSource& random) {
    const Holder holder = holder_of(config, now);
    emulator::SpecimenOptions options = config.words().options();
    if (terminals != nullptr) options.terminal_authority = terminals->authority;
    options.portrait = holder.portrait;
    options.link.link = emulator::parse_link(config.link);
    if (!config.fault.empty()) options.fault = emulator::parse_fault(config.fault);
    return emulator::personalise(holder.person, pki, options, now, random).card;
}

std::unique_ptr<emulator::Card> personalise(const EmbeddedReaderConfig& config, const emulator::NationalPki& pki,
                                            std::chrono::sys_seconds now, const RandomSource& random) {
    const Holder holder = holder_of(config, now);
    emulator::NationalCardOptions options;
    options.portrait = holder.portrait;
    options.link.link = emulator::parse_link(config.link);
    if (!config.fault.empty()) options.fault = emulator::parse_fault(config.fault);
    return emulator::personalise_national_card(config.card, holder.person, pki, options, now, random).card;
}

std::unique_ptr<emulator::Card> personalise_eid(const EmbeddedReaderConfig& config, const emulator::SpecimenPki& pki,
                                                const emulator::SpecimenTerminals& terminals,
                                                std::chrono::sys_seconds now, const RandomSource& random) {
    emulator::EidOptions options;
    options.link.link = emulator::parse_link(config.link);
    if (!config.pin.empty()) options.pin = config.pin;
    if (!config.puk.empty()) options.puk = config.puk;
    if (!config.fault.empty()) options.fault = emulator::parse_fault(config.fault);
    return emulator::personalise_eid(holder_of(config, now).person, pki, terminals.authority, options, now, random)
        .card;
}

EmbeddedCard wire(std::unique_ptr<emulator::Card> card) {
    const auto wired = std::make_shared<WiredCard>(std::move(card));
    return {wired->card->atr(), {wired, &wired->wire}, [wired] { wired->card->reset(); }};
}

}  // namespace

EmbeddedSpecimens make_embedded_specimens(const std::vector<EmbeddedReaderConfig>& readers,
                                          std::chrono::sys_seconds now, const RandomSource& random) {
    const auto pki = emulator::SpecimenPki::make(now);
    std::optional<emulator::NationalPki> national;
    EmbeddedSpecimens specimens{
        {}, pki.country_signer.certificate, pki.revocation_list, pki.hot_list, SecretBytes(pki.hot_list_key), {}, {}};
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto make_card = [&](const EmbeddedReaderConfig& config) {
        if (config.card == "npa") {
            const auto& made = specimens.terminals.emplace_back(emulator::SpecimenTerminals::make_for_eid(today));
            return personalise_eid(config, pki, made, now, random);
        }
        if (config.card == "specimen") {
            const emulator::SpecimenTerminals* const made =
                config.eac ? &specimens.terminals.emplace_back(emulator::SpecimenTerminals::make(today)) : nullptr;
            return personalise(config, pki, made, now, random);
        }
        if (!national) national = emulator::NationalPki::make(now);
        return personalise(config, *national, now, random);
    };
    for (const EmbeddedReaderConfig& config : readers) {
        auto reader = std::make_shared<EmbeddedReader>(config.id, config.name);
        reader->insert(wire(make_card(config)));
        specimens.readers.push_back(std::move(reader));
    }
    if (national)
        specimens.national_pki = {national->root.certificate, national->issuing_authority.certificate,
                                  national->root_revocation_list, national->revocation_list};
    return specimens;
}

}  // namespace tahvil::daemon
