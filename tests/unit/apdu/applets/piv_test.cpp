#include <gtest/gtest.h>
#include <zlib.h>

#include "apdu/applets/certificate_card/card_files.h"
#include "apdu/applets/piv/gzip.h"
#include "apdu/applets/piv/objects.h"
#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "apdu/profiles/catalogue.h"
#include "apdu/tlv.h"
#include "crypto/random.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

namespace tahvil::piv {
namespace {

/// With gzip's header, or zlib's.
Bytes packed(ByteView plain, bool gzip = true) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    Bytes copy = to_bytes(plain);
    Bytes out(plain.size() + 100);
    stream.next_in = copy.data();
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

Bytes object(ByteView certificate, std::uint8_t information) {
    return concat({tlv::encode(0x70, certificate), tlv::encode(0x71, Bytes{information}), tlv::encode(0xFE, {})});
}

TEST(PivObjects, UnpackACompressedCertificate) {
    Bytes certificate = random_bytes(system_random, 300);
    certificate.resize(1500);
    EXPECT_EQ(piv::certificate(object(certificate, 0x00)), certificate);
    EXPECT_EQ(piv::certificate(object(packed(certificate), 0x01)), certificate);
    EXPECT_EQ(piv::certificate(object(packed(certificate, false), 0x01)), certificate);
}

TEST(PivObjects, RefuseWhatCanNotBeUnpacked) {
    const auto code = [](ByteView value) { return thrown_code([&] { piv::certificate(object(value, 0x01)); }); };
    const Bytes whole = packed(Bytes(1000, 0x5A));
    EXPECT_EQ(code(ByteView(whole).first(whole.size() - 9)), "piv.compressed_certificate") << "broken off";
    EXPECT_EQ(code(Bytes(1000, 0x5A)), "piv.compressed_certificate") << "plain";
    EXPECT_EQ(code(packed(Bytes(100'000))), "piv.compressed_certificate") << "a bomb";
    EXPECT_EQ(code({}), "piv.compressed_certificate");
}

TEST(PivObjects, AreReadInPiecesAndWithLengthsInLongForm) {
    const Bytes content(200, 0x33);
    const std::string head = "53 82 00 C8";  // two bytes of length where one would do
    const Bytes whole = concat({from_hex(head), content});
    const std::string first = to_hex(ByteView(whole).first(100));
    const std::string rest = to_hex(ByteView(whole).subspan(100));
    test::ScriptedCard card{
        {{"00 CB 3F FF 05 5C 03 5F C1 05 00", first + " 61 68"}, {"00 C0 00 00 68", rest + " 90 00"}}};
    CardChannel channel(card);
    const profiles::Catalogue catalogue = profiles::Catalogue::built_in();
    const profiles::Profile& kind = *catalogue.find("piv");
    certificate_card::CardFiles files(channel, kind, kind.applications.front());
    profiles::File file = *kind.file("authentication_certificate");
    EXPECT_EQ(files.read(file), content);
    EXPECT_TRUE(card.finished());
}

TEST(PivObjects, ThatAreEmptyAreNotThere) {
    test::ScriptedCard card{{{"00 CB 3F FF 05 5C 03 5F C1 05 00", "53 00 90 00"}}};
    CardChannel channel(card);
    const profiles::Catalogue catalogue = profiles::Catalogue::built_in();
    const profiles::Profile& kind = *catalogue.find("piv");
    certificate_card::CardFiles files(channel, kind, kind.applications.front());
    EXPECT_THROW(files.read(*kind.file("authentication_certificate")), CardRefused);
}

}  // namespace
}  // namespace tahvil::piv
