#include "daemon/reader/embedded_specimens.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "apdu/emulator/emulated_wire.h"
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

EmbeddedCard personalise(const EmbeddedReaderConfig& config, const emulator::SpecimenPki& pki,
                         std::chrono::sys_seconds now, const RandomSource& random) {
    emulator::Person person = emulator::specimen_person(std::chrono::floor<std::chrono::days>(now));
    emulator::SpecimenOptions options;
    if (!config.person.empty()) {
        person = emulator::read_person(read_file(config.person), config.person, person);
        if (!person.portrait_file.empty())
            options.portrait = to_bytes(
                as_bytes(read_file(std::filesystem::path{config.person}.parent_path() / person.portrait_file)));
    }
    options.link.link = config.link == "contact" ? emulator::Link::contact_t1 : emulator::Link::contactless;
    options.access = {emulator::parse_access(config.access)};
    options.chip = emulator::parse_chip_proof(config.chip);
    if (!config.fault.empty()) options.fault = emulator::parse_fault(config.fault);
    emulator::Specimen specimen = emulator::personalise(person, pki, options, now, random);
    const auto wired = std::make_shared<WiredCard>(std::move(specimen.card));
    return {wired->card->atr(), {wired, &wired->wire}, [wired] { wired->card->reset(); }};
}

}  // namespace

EmbeddedSpecimens make_embedded_specimens(const std::vector<EmbeddedReaderConfig>& readers,
                                          std::chrono::sys_seconds now, const RandomSource& random) {
    const auto pki = emulator::SpecimenPki::make(now);
    EmbeddedSpecimens specimens{
        {}, pki.country_signer.certificate, pki.revocation_list, pki.hot_list, SecretBytes(pki.hot_list_key)};
    for (const EmbeddedReaderConfig& config : readers) {
        auto reader = std::make_shared<EmbeddedReader>(config.id, config.name);
        reader->insert(personalise(config, pki, now, random));
        specimens.readers.push_back(std::move(reader));
    }
    return specimens;
}

}  // namespace tahvil::daemon
