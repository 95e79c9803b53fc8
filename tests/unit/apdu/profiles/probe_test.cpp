#include "apdu/profiles/probe.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/national_pki.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "apdu/emulator/specimen.h"
#include "apdu/profiles/reader.h"
#include "apdu/profiles/recognition.h"

namespace tahvil::profiles {
namespace {

using emulator::NationalCard;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const trust::Time kNow = std::chrono::sys_days(std::chrono::year{2026} / 6 / 1);

/// Counts what goes over the wire.
class Watched final : public Wire {
public:
    explicit Watched(emulator::Card& card) : wire_(card) {}

    WireLimits limits() const override { return wire_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        ++instructions[command[1]];
        if (command[1] == 0xA4 && command[2] == 0x04) selected.insert(to_bytes(command.subspan(5, command[4])));
        return wire_.exchange(command, response);
    }

    std::map<std::uint8_t, std::size_t> instructions;
    std::set<Bytes> selected;

private:
    emulator::EmulatedWire wire_;
};

class ProfileProbe : public testing::Test {
protected:
    using Maker = NationalCard (*)(const emulator::Person&, const emulator::NationalPki&,
                                   const emulator::NationalCardOptions&, trust::Time, const RandomSource&);

    Probe walk(emulator::Card& card) {
        Watched wire(card);
        CardChannel channel(wire, {.command_chaining = true});
        Probe found = probe(channel, card.atr(), catalogue);
        expect_only_reading(wire);
        return found;
    }

    void expect_only_reading(const Watched& wire) {
        // SELECT, READ BINARY, GET RESPONSE, GET DATA; nothing else.
        const std::set<std::uint8_t> harmless{0xA4, 0xB0, 0xB1, 0xC0, 0xCA, 0xCB};
        for (const auto& [instruction, count] : wire.instructions) {
            EXPECT_THAT(harmless, Contains(instruction)) << count << " times";
        }
        std::set<Bytes> known;
        for (const Profile& profile : catalogue.profiles())
            for (const Application& application : profile.applications) known.insert(application.aid);
        EXPECT_TRUE(std::ranges::includes(known, wire.selected)) << "an AID that is in no profile";
    }

    /// The draft as a terminal would load it, beside the built-in ones.
    Profile loaded(const Probe& found) {
        Profile profile = read_profile(found.draft, "draft.toml");
        catalogue.add(profile);
        catalogue.check();
        return profile;
    }

    Catalogue catalogue = Catalogue::built_in();
    emulator::Person person = emulator::specimen_person(std::chrono::year{2026} / 6 / 1);
    emulator::NationalPki pki = emulator::NationalPki::make(kNow);
};

TEST_F(ProfileProbe, OnlyReadsAndDraftsAProfileByWhichTheCardIsKnown) {
    const std::map<std::string, Maker> makers{{"belpic", emulator::personalise_belpic},
                                              {"ias-ecc", emulator::personalise_ias_ecc},
                                              {"irn-nid", emulator::personalise_irn_nid},
                                              {"piv", emulator::personalise_piv},
                                              {"pkcs15", emulator::personalise_pkcs15}};
    for (const auto& [name, maker] : makers) {
        SCOPED_TRACE(name);
        const NationalCard made = maker(person, pki, {}, kNow, system_random);
        const Probe found = walk(*made.card);
        EXPECT_EQ(made.system->tally().verify_tries + made.system->tally().verify_queries, 0U);
        const Profile draft = loaded(found);
        const Profile& original = *catalogue.find(name);
        EXPECT_FALSE(draft.confirmed);
        EXPECT_EQ(draft.layout, original.layout);
        EXPECT_THAT(draft.before, Contains(name));
        EXPECT_FALSE(draft.applications.empty());

        made.card->reset();
        emulator::EmulatedWire wire(*made.card);
        CardChannel channel(wire);
        const Recognition known = recognise(channel, made.card->atr(), catalogue);
        ASSERT_EQ(known.outcome, Recognition::Outcome::recognised);
        EXPECT_EQ(known.profile->name, "draft");
        catalogue = Catalogue::built_in();
    }
}

TEST_F(ProfileProbe, TellsWhichFilesAnsweredAndHow) {
    const NationalCard made = emulator::personalise_irn_nid(person, pki, {}, kNow, system_random);
    const Probe found = walk(*made.card);
    const auto outcome = [&](const std::string& name) {
        const auto file = std::ranges::find(found.files, name, &Probe::File::name);
        if (file == found.files.end()) return std::string("missing");
        return file->status ? to_hex(to_big_endian(file->status->value, 2)) : std::to_string(file->bytes > 0);
    };
    EXPECT_EQ(outcome("dates"), "1");
    EXPECT_EQ(outcome("authentication_certificate"), "1");
    EXPECT_EQ(outcome("personal_data"), "6982");
    const Profile draft = loaded(found);
    EXPECT_NE(draft.file("personal_data"), nullptr) << "it is there, and closed";
    EXPECT_EQ(draft.application("omid"), nullptr) << "it did not answer";
}

TEST_F(ProfileProbe, ReadsWhatDirectoriesList) {
    const NationalCard made = emulator::personalise_pkcs15(person, pki, {}, kNow, system_random);
    const Probe found = walk(*made.card);
    std::set<std::string> read;
    for (const Probe::File& file : found.files)
        if (file.outcome == Probe::File::Outcome::read) read.insert(file.name);
    EXPECT_THAT(read, testing::IsSupersetOf({"object_directory", "directory_1", "certificate_1"}));
    EXPECT_THAT(found.draft, testing::Not(HasSubstr("certificate_1")));
}

TEST_F(ProfileProbe, DraftsFromWhatTheDirectoryFileListsOfACardThatNobodyKnows) {
    // 61 { 4F AID }, twice; every SELECT is refused.
    const Bytes listed = from_hex("61 07 4F 05 F0 01 02 03 04  61 08 4F 06 F0 01 02 03 04 05");
    class Unknown final : public Channel {
    public:
        explicit Unknown(Bytes directory) : directory_(std::move(directory)) {}
        ChannelLimits limits() const override { return {}; }
        void step_down() override {}
        Response transmit(const Command& command) override {
            if (command.ins() == 0xB0) return {directory_, sw::ok};
            return {{}, sw::file_not_found};
        }

    private:
        const Bytes directory_;
    } card(listed);
    const Probe found = probe(card, from_hex("3B 00"), catalogue);
    EXPECT_EQ(found.listed.size(), 2U);
    EXPECT_EQ(loaded(found).applications.size(), 2U);

    Unknown mute({});
    EXPECT_THAT(probe(mute, from_hex("3B 00"), catalogue).draft, IsEmpty());
}

TEST_F(ProfileProbe, KnowsADocumentOfTheLdsByItsApplication) {
    emulator::SpecimenOptions options;
    options.portrait_size = 600;
    const auto specimen = emulator::personalise(person, emulator::SpecimenPki::make(kNow), options, kNow);
    const Profile draft = loaded(walk(*specimen.card));
    EXPECT_EQ(draft.layout, Layout::lds);
    EXPECT_EQ(draft.proofs.size(), 1U);
}

}  // namespace
}  // namespace tahvil::profiles
