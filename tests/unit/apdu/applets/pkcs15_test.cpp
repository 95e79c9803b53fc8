#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/applets/pkcs15/card_directories.h"
#include "apdu/applets/pkcs15/directory_file.h"
#include "apdu/error.h"
#include "apdu/profiles/catalogue.h"
#include "apdu/profiles/recognition.h"

// Directories as others write them: OpenSC's pkcs15-init and the middleware of cards' makers.

namespace tahvil::pkcs15 {
namespace {

using asn1::context_constructed;
using asn1::octet_string;
using asn1::sequence;
using testing::ElementsAre;
using testing::SizeIs;

const Bytes kAid = from_hex("A0 00 00 00 63 50 4B 43 53 2D 31 35");

Bytes wrapped(asn1::Tag tag, ByteView content) {
    return asn1::element(tag, content);
}

Bytes path(std::string_view hex) {
    return sequence({octet_string(from_hex(hex))});
}

/// [1] { X509CertificateAttributes }, with the value as it is.
Bytes certificate_object(ByteView value) {
    return sequence({sequence({wrapped(asn1::Tag::utf8_string, as_bytes("Certificate"))}),
                     sequence({octet_string(from_hex("45"))}),
                     wrapped(context_constructed(1), sequence({to_bytes(value)}))});
}

/// A card with plain files below one application, as little of ISO/IEC 7816-4 as there is on old ones.
class OldCard final : public Channel {
public:
    std::map<std::uint16_t, Bytes> files;
    std::vector<Bytes> directory_records;
    bool takes_paths = true;
    bool takes_no_answer = true;  ///< SELECT with P2 = 0C
    std::size_t selects = 0;

    ChannelLimits limits() const override { return {}; }
    void step_down() override {}
    Response transmit(const Command& command) override {
        if (command.ins() == 0xA4) return select(command);
        if (command.ins() == 0xB2) return read_record(command);
        if (command.ins() != 0xB0) return {{}, sw::instruction_not_supported};
        if ((command.p1() & 0x80U) != 0) {
            return {{}, directory_records.empty() ? sw::file_not_found : StatusWord{0x6981}};
        }
        const std::size_t offset = command.p1() * std::size_t{256} + command.p2();
        if (offset >= current_.size()) return {{}, sw::wrong_offset};
        const ByteView rest = ByteView(current_).subspan(offset);
        return {to_bytes(rest.first(std::min(rest.size(), command.expected()))), sw::ok};
    }

private:
    Response select(const Command& command) {
        ++selects;
        if (command.p2() == 0x0C && !takes_no_answer) return {{}, sw::wrong_parameters};
        if (command.p1() == 0x04) return {{}, equal(command.data(), kAid) ? sw::ok : sw::file_not_found};
        if (command.p1() >= 0x08 && !takes_paths) return {{}, sw::wrong_parameters};
        if (command.p1() == 0x02 && !takes_no_answer) return {{}, sw::wrong_parameters};
        const auto identifier = static_cast<std::uint16_t>(from_big_endian(command.data().last(2)));
        if (identifier == 0x3F00 || identifier == 0x5015) return {{}, sw::ok};
        const auto file = files.find(identifier);
        if (file == files.end()) return {{}, sw::file_not_found};
        current_ = file->second;
        return {{}, sw::ok};
    }

    Response read_record(const Command& command) {
        if (command.p2() != (0x1E << 3 | 4) || command.p1() == 0 || command.p1() > directory_records.size())
            return {{}, StatusWord{0x6A83}};
        return {directory_records[command.p1() - 1U], sw::ok};
    }

    Bytes current_;
};

class CardOfAnother : public testing::Test {
protected:
    CardDirectories read() {
        const profiles::Profile& kind = *catalogue.find("pkcs15");
        EXPECT_TRUE(profiles::select(card, kind, kind.applications.front()).ok());
        certificate_card::CardFiles files(card, kind, kind.applications.front());
        const Bytes object_directory = files.read(*kind.file("object_directory"));
        return read_directories(files, kind, object_directory);
    }

    /// EF.OD, one CDF, two certificates.
    void write(std::string_view directory_path) {
        card.files[0x5031] = concat({wrapped(context_constructed(4), path(directory_path)), from_hex("00 00 00")});
        card.files[0x4403] = concat({certificate_object(path("3F00 5015 4331")), from_hex("00 00 00 00 00"),
                                     certificate_object(path("3F00 5015 4332")), from_hex("00 00 FF FF")});
    }

    OldCard card;
    profiles::Catalogue catalogue = profiles::Catalogue::built_in();
};

TEST_F(CardOfAnother, IsReadByPathsOfAnyForm) {
    for (const char* form : {"3F00 5015 4403", "4403", "5015 4403", "3FFF 4403"}) {
        SCOPED_TRACE(form);
        write(form);
        EXPECT_THAT(read().listing.certificates, SizeIs(2));
    }
}

TEST_F(CardOfAnother, IsReadThoughItTakesNoPaths) {
    write("3F00 5015 4403");
    card.takes_paths = false;
    EXPECT_THAT(read().listing.certificates, SizeIs(2));
}

TEST_F(CardOfAnother, IsReadThoughItAlwaysAnswersSelect) {
    write("3F00 5015 4403");
    card.takes_no_answer = false;
    EXPECT_THAT(read().listing.certificates, SizeIs(2));
    card.takes_paths = false;
    EXPECT_THAT(read().listing.certificates, SizeIs(2));
}

TEST_F(CardOfAnother, MayHoldACertificateInItsDirectory) {
    const Bytes value = sequence({octet_string(from_hex("01 02"))});  // anything: it is not looked into here
    write("4403");
    card.files[0x4403] = certificate_object(wrapped(context_constructed(0), value));
    const CardDirectories found = read();
    ASSERT_THAT(found.listing.certificates, SizeIs(1));
    EXPECT_EQ(found.files.at("certificate_1"), value);
    const profiles::Profile filled = complete(*catalogue.find("pkcs15"), found.listing);
    EXPECT_NE(filled.certificate("certificate_1"), nullptr);
    EXPECT_EQ(filled.file("certificate_1"), nullptr) << "there is no file to be read";
}

TEST_F(CardOfAnother, IsRecognisedByADirectoryFileOfRecords) {
    write("4403");
    card.directory_records = {from_hex("61 07 4F 05 F0 01 02 03 04"), concat({from_hex("61 0E 4F 0C"), kAid})};
    EXPECT_THAT(read_application_identifiers(card), ElementsAre(from_hex("F0 01 02 03 04"), kAid));
    const profiles::Recognition found = profiles::recognise(card, {}, catalogue);
    ASSERT_EQ(found.outcome, profiles::Recognition::Outcome::recognised);
    EXPECT_EQ(found.profile->name, "pkcs15");
    EXPECT_EQ(card.selects, 1U);
}

TEST_F(CardOfAnother, WithoutWhatItListsIsNoTrouble) {
    write("3F00 5015 4409");
    const CardDirectories found = read();
    EXPECT_THAT(found.refused, ElementsAre("directory_1"));
    card.files[0x5031] = from_hex("A4 7F 30");
    EXPECT_THAT(read().malformed, ElementsAre("object_directory"));
}

}  // namespace
}  // namespace tahvil::pkcs15
