#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/access/pin.h"
#include "apdu/emulator/card_signature.h"
#include "apdu/emulator/pins.h"
#include "apdu/tlv.h"
#include "tests/unit/daemon/check/national_bench.h"

// A card that nobody has thought of takes a text, and nothing else: the emulated card below is made from the same text.

namespace tahvil::daemon {
namespace {

using emulator::DedicatedFile;
using national_bench::Bench;
using national_bench::kNow;
using national_bench::outcome;
using national_bench::reasons;
using testing::HasSubstr;

constexpr std::string_view kUtopia = R"(name = "utopia"
title = "Identity card of Utopia"
confirmed = true
source = "made up for this test"
layout = "files"
country = "UTO"
read_limit = 100

[[application]]
name = "id"
aid = "F07574706961"
paths = "steps"

  [[application.file]]
  name = "card_certificate"
  path = ["5000", "5001"]
  encoding = "x509"

  [[application.file]]
  name = "registry_certificate"
  path = ["5000", "5002"]
  encoding = "x509"

  [[application.file]]
  name = "person"
  path = ["0100", "0101"]
  encoding = "ber_tlv"
  extent = "end"

    [application.file.fields]
    national_code = 0x5F10
    name = 0x5F0E
    card_serial = 0x5A

  [[application.file]]
  name = "person_signature"
  path = ["0100", "0102"]
  extent = "end"

[[certificate]]
name = "card"
file = "card_certificate"

[[certificate]]
name = "registry"
file = "registry_certificate"

[[pin]]
name = "pin"
application = "id"
reference = 0x07
format = "bcd"
shortest = 4
longest = 8
block = 4
empty_verify_queries = true
holder = true

[[signed_file]]
name = "person"
covers = ["person"]
signature = "person_signature"
certificate = "registry"

[[chip_proof]]
method = "internal_authenticate"
application = "id"
certificate = "card"
key = 0x05
pin = "pin"
)";

/// What an issuer would put on a card of this profile.
emulator::NationalCard issue(const profiles::Profile& profile, const Bench& bench) {
    const emulator::NationalCardOptions options;
    const emulator::CardMaker maker(bench.person, bench.pki, options, kNow, system_random);
    const PrivateKey chip = PrivateKey::generate_ec(Curve::secp384r1);
    const auto pair = maker.certify(chip, "card", {trust::KeyUsage::digital_signature});
    const auto registry =
        bench.pki.object_signer("Registry", PrivateKey::generate_ec(Curve::secp256r1), maker.validity());
    const Bytes person = concat({tlv::encode(0x5F10, as_bytes(bench.person.national_code)),
                                 tlv::encode(0x5F0E, as_bytes("Zahra")), tlv::encode(0x5A, as_bytes("UT-1"))});
    const std::map<std::string, Bytes> contents{
        {"card_certificate", pair.certificate},
        {"registry_certificate", registry.certificate},
        {"person", person},
        {"person_signature", sign(registry.key, trust::default_algorithm(registry.key.public_key()), person)}};
    DedicatedFile application;
    application.name = profile.applications.front().aid;
    for (const profiles::File& file : profile.files) {
        auto place = std::ranges::find(application.directories, file.path.front(), &DedicatedFile::identifier);
        if (place == application.directories.end()) {
            application.directories.emplace_back().identifier = file.path.front();
            place = application.directories.end() - 1;
        }
        place->files.push_back({file.path.back(), 0, contents.at(file.name), emulator::right::none});
    }
    DedicatedFile master_file;
    master_file.identifier = 0x3F00;
    master_file.directories.push_back(std::move(application));
    const profiles::Pin& pin = *profile.holder_pin();
    std::vector<emulator::Pin> pins;
    pins.push_back({.reference = pin.reference, .block = pin::block(pin, as_bytes("24680")), .unblocking = {}});
    std::vector<std::unique_ptr<emulator::Function>> functions;
    functions.push_back(std::make_unique<emulator::Pins>(std::move(pins)));
    functions.push_back(std::make_unique<emulator::CardSignature>(std::vector<emulator::CardSignature::Key>{
        {*profile.proofs.front().key, pair.in_chip, emulator::right::pin(pin.reference),
         emulator::CardSignature::Uses::both}}));
    return maker.finish(std::move(master_file), std::move(functions), {});
}

TEST(MadeUpCard, TakesATextAndNothingElse) {
    Bench bench;
    const profiles::Profile utopia = profiles::read_profile(kUtopia, "utopia.toml");
    bench.catalogue->add(utopia);
    EmbeddedReader reader("embedded", "Embedded reader");
    reader.insert(specimen_bench::embed(issue(utopia, bench).card));
    CardCheck check = bench.with_pin("24680");
    check.expected.card_serial = "UT-1";
    check.want = {Part::holder, Part::document};
    CardChecker checker{bench.knowledge(), system_random, {}};
    const auto session = reader.open_session();
    const Verdict verdict = checker.run(*session, check, "01").verdict;
    EXPECT_EQ(verdict.decision, Decision::accept) << reasons(verdict);
    EXPECT_EQ(verdict.profile.name, "utopia");
    EXPECT_EQ(verdict.holder.name, "Zahra");
    EXPECT_EQ(verdict.document.number, "UT-1");
    EXPECT_EQ(outcome(verdict, "signed_file.person"), "passed");
    EXPECT_EQ(outcome(verdict, "chip.authentication"), "passed");
    EXPECT_EQ(outcome(verdict, "holder.pin"), "passed");
}

}  // namespace
}  // namespace tahvil::daemon
