#include "apdu/applets/lds/data_groups.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::lds {
namespace {

Bytes text(std::string_view characters) {
    return to_bytes(as_bytes(characters));
}

Bytes com(std::string_view tags) {
    return tlv::encode(0x60, {tlv::encode(0x5F01, as_bytes("0107")), tlv::encode(0x5F36, as_bytes("040000")),
                              tlv::encode(0x5C, from_hex(tags))});
}

/// A record of ISO/IEC 19794-5 with one face and `points` feature points before the image.
Bytes face_record(ByteView image, unsigned points) {
    const std::size_t face = 20 + std::size_t{points} * 8 + 12 + image.size();
    Bytes record =
        concat({as_bytes("FAC"), Bytes{0}, as_bytes("010"), Bytes{0}, to_big_endian(14 + face, 4), Bytes{0, 1}});
    append(record,
           concat({to_big_endian(face, 4), to_big_endian(points, 2), Bytes(14 + std::size_t{points} * 8 + 12)}));
    append(record, image);
    return record;
}

Bytes dg2(ByteView record) {
    const Bytes face = tlv::encode(0x7F60, {tlv::encode(0xA1, from_hex("81 01 02")), tlv::encode(0x5F2E, record)});
    return tlv::encode(0x75, tlv::encode(0x7F61, {tlv::encode(0x02, Bytes{1}), face}));
}

TEST(LdsCom, ListsDataGroupsInOrderAndOnce) {
    const Bytes file = com("75 61 6E 61 42");
    const Com parsed = parse_com(file);
    EXPECT_EQ(parsed.lds_version, "0107");
    EXPECT_EQ(parsed.unicode_version, "040000");
    EXPECT_EQ(parsed.data_groups, (std::vector<unsigned>{1, 2, 14}));
}

TEST(LdsCom, RefusesWhatIsNoEfCom) {
    EXPECT_THROW(parse_com({}), MalformedData);
    EXPECT_THROW(parse_com(from_hex("61 00")), MalformedData);
    EXPECT_THROW(parse_com(from_hex("60 05 5F 01 04 30 31")), MalformedData);
    const Bytes letters = tlv::encode(0x60, {tlv::encode(0x5F01, as_bytes("01x7")),
                                             tlv::encode(0x5F36, as_bytes("040000")), tlv::encode(0x5C, Bytes{0x61})});
    EXPECT_THROW(parse_com(letters), MalformedData);
    EXPECT_THROW(parse_com(concat({com("61"), Bytes{0}})), MalformedData);
}

TEST(LdsDg1, GivesTheMrzOfEachSize) {
    for (const std::size_t size : {72U, 88U, 90U}) {
        const Bytes file = tlv::encode(0x61, tlv::encode(0x5F1F, as_bytes(std::string(size, 'A'))));
        EXPECT_EQ(parse_dg1(file).size(), size);
    }
}

TEST(LdsDg1, RefusesAnMrzOfAnotherSizeOrAlphabet) {
    EXPECT_THROW(parse_dg1(tlv::encode(0x61, tlv::encode(0x5F1F, as_bytes(std::string(89, 'A'))))), MalformedData);
    EXPECT_THROW(parse_dg1(tlv::encode(0x61, tlv::encode(0x5F1F, as_bytes(std::string(90, 'a'))))), MalformedData);
    EXPECT_THROW(parse_dg1(tlv::encode(0x61, {})), MalformedData);
}

TEST(LdsDg2, FindsTheImageBehindTheFeaturePoints) {
    const Bytes jpeg = from_hex("FF D8 FF E0 01 02 03");
    for (const unsigned points : {0U, 3U}) {
        const Bytes file = dg2(face_record(jpeg, points));
        const Portrait portrait = parse_dg2(file);
        EXPECT_EQ(to_hex(portrait.image), to_hex(jpeg));
        EXPECT_EQ(portrait.format, ImageFormat::jpeg);
    }
}

TEST(LdsDg2, TellsTheFormatsOfImagesApart) {
    const auto format = [](std::string_view image) { return parse_dg2(dg2(face_record(from_hex(image), 0))).format; };
    EXPECT_EQ(format("00 00 00 0C 6A 50 20 20 0D 0A"), ImageFormat::jpeg2000);
    EXPECT_EQ(format("FF 4F FF 51 00"), ImageFormat::jpeg2000_codestream);
    EXPECT_EQ(format("89 50 4E 47"), ImageFormat::unknown);
}

TEST(LdsDg2, RefusesLengthsThatLie) {
    const Bytes good = face_record(from_hex("FF D8 FF E0"), 2);
    Bytes too_long = good;
    too_long[17] = static_cast<std::uint8_t>(too_long[17] + 1);  // the face claims a byte that is not there
    EXPECT_THROW(parse_dg2(dg2(too_long)), MalformedData);
    Bytes many_points = good;
    many_points[18] = 0xFF;
    EXPECT_THROW(parse_dg2(dg2(many_points)), MalformedData);
    EXPECT_THROW(parse_dg2(dg2(ByteView{good}.first(30))), MalformedData);
    EXPECT_THROW(parse_dg2(dg2(as_bytes("FAC"))), MalformedData);
    EXPECT_THROW(parse_dg2(tlv::encode(0x75, tlv::encode(0x7F61, tlv::encode(0x02, Bytes{0})))), MalformedData);
}

TEST(LdsDg2, RefusesEveryTruncation) {
    const Bytes file = dg2(face_record(from_hex("FF D8 FF E0"), 1));
    for (std::size_t size = 0; size < file.size(); ++size) {
        EXPECT_THROW(parse_dg2(ByteView{file}.first(size)), MalformedData) << size;
    }
}

TEST(LdsDg11, ReadsNameNumberAndDate) {
    const Bytes name = text("محمدی<<سارا");
    const Bytes file =
        tlv::encode(0x6B, {tlv::encode(0x5C, from_hex("5F 0E 5F 10 5F 2B")), tlv::encode(0x5F0E, name),
                           tlv::encode(0x5F10, as_bytes("0012345679")), tlv::encode(0x5F2B, from_hex("19900521"))});
    const PersonalDetails details = parse_dg11(file);
    EXPECT_EQ(readable_name(details.name), "سارا محمدی");
    EXPECT_EQ(as_text(details.personal_number), "0012345679");
    EXPECT_EQ(details.birth_date, std::chrono::year{1990} / 5 / 21);
    EXPECT_TRUE(details.address.empty());
}

TEST(LdsDg11, AnIncompleteBirthDateIsNone) {
    const auto date = [](ByteView value) {
        const Bytes file = tlv::encode(0x6B, tlv::encode(0x5F2B, value));
        return parse_dg11(file).birth_date;
    };
    EXPECT_EQ(date(as_bytes("19900521")), std::chrono::year{1990} / 5 / 21);
    EXPECT_EQ(date(as_bytes("19900000")), std::nullopt);
    EXPECT_EQ(date(as_bytes("19900230")), std::nullopt);
    EXPECT_EQ(date(as_bytes("1990")), std::nullopt);
    EXPECT_EQ(date(as_bytes("1990<<<<")), std::nullopt);
}

TEST(LdsDg12, ReadsAuthorityAndDate) {
    const Bytes file =
        tlv::encode(0x6C, {tlv::encode(0x5F19, as_bytes("SPECIMEN")), tlv::encode(0x5F26, as_bytes("20240131"))});
    const DocumentDetails details = parse_dg12(file);
    EXPECT_EQ(as_text(details.issuing_authority), "SPECIMEN");
    EXPECT_EQ(details.issue_date, std::chrono::year{2024} / 1 / 31);
}

TEST(LdsDg14AndDg15, GiveTheirStructureWhole) {
    EXPECT_EQ(to_hex(parse_dg14(from_hex("6E 02 31 00"))), "3100");
    EXPECT_THROW(parse_dg14(from_hex("6E 02 30 00")), MalformedData);
    EXPECT_EQ(to_hex(parse_dg15(from_hex("6F 02 30 00"))), "3000");
    EXPECT_THROW(parse_dg15(from_hex("6F 04 30 00 30 00")), MalformedData);
    EXPECT_THROW(parse_dg15(from_hex("6F 00")), MalformedData);
}

TEST(LdsText, IsAlwaysUtf8ForPeople) {
    EXPECT_EQ(readable(as_bytes("AB<CD<<")), "AB CD");
    EXPECT_EQ(readable(text("کریم")), "کریم");
    EXPECT_EQ(readable(from_hex("41 FF 42")),
              "A\xEF\xBF\xBD"
              "B");
    EXPECT_EQ(readable(from_hex("C0 80")), "\xEF\xBF\xBD\xEF\xBF\xBD");                 // overlong
    EXPECT_EQ(readable(from_hex("ED A0 80")), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
    EXPECT_EQ(readable(from_hex("41 E2 82")), "A\xEF\xBF\xBD\xEF\xBF\xBD");             // breaks off
    EXPECT_EQ(readable(from_hex("41 00 1B")), "A\xEF\xBF\xBD\xEF\xBF\xBD");  // nothing that drives a terminal
    EXPECT_EQ(readable({}), "");
}

TEST(LdsRealDocument, ThePublishedTestDocumentOf2008IsUnderstood) {
#ifdef TAHVIL_SHARED
    const std::string folder = std::string{TAHVIL_SHARED} + "/documents/bsi2008/";
#else
    const std::string folder;
#endif
    const auto read = [&](const std::string& file) {
        std::ifstream in{folder + file, std::ios::binary};
        return Bytes{std::istreambuf_iterator<char>{in}, {}};
    };
    const Bytes dg2_file = read("Datagroup2.bin");
    if (dg2_file.empty()) GTEST_SKIP() << "the published test document is not beside the checkout";
    EXPECT_EQ(parse_dg2(dg2_file).format, ImageFormat::jpeg2000);
    const Bytes com_file = read("EF_COM.bin");
    EXPECT_EQ(parse_com(com_file).data_groups, (std::vector<unsigned>{1, 2, 3, 14}));
    const Bytes dg1_file = read("Datagroup1.bin");
    EXPECT_EQ(parse_dg1(dg1_file).substr(5, 10), "MUSTERMANN");
    EXPECT_EQ(parse_dg14(read("Datagroup14.bin")).size(), 330U);
    EXPECT_FALSE(parse_dg15(read("Datagroup15.bin")).empty());
}

}  // namespace
}  // namespace tahvil::lds
