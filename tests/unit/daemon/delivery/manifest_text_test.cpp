#include "daemon/delivery/manifest_text.h"

#include <gtest/gtest.h>

#include "crypto/bytes.h"
#include "daemon/text/date.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

const std::string kHeader = "tracking_code,national_code,given_name,family_name,birth_date,fee\n";
// National codes that satisfy the rule: 0012345679, 0084575948.
const std::string kFirst = "A-1,0012345679,\u0639\u0644\u06cc,\u06a9\u0631\u06cc\u0645\u06cc,1369-01-01,200000\n";
const std::string kSecond = "A-2,84575948,\"Sara, \"\"S\"\"\",Rad,1990-03-21,\n";

TEST(ReadManifest, TakesCsv) {
    const Manifest manifest = read_manifest(kHeader + kFirst + kSecond);
    ASSERT_TRUE(manifest.faults.empty()) << manifest.faults.front().what;
    ASSERT_EQ(manifest.rows.size(), 2U);
    EXPECT_EQ(manifest.rows[0].line, 2U);
    EXPECT_EQ(manifest.rows[0].card.tracking_code, "A-1");
    EXPECT_EQ(to_iso(*manifest.rows[0].card.birth_date), "1990-03-21");
    EXPECT_EQ(manifest.rows[0].card.fee, 200000);
    EXPECT_EQ(manifest.rows[1].card.national_code, "0084575948");
    EXPECT_EQ(manifest.rows[1].card.given_name, "Sara, \"S\"");
    EXPECT_EQ(manifest.rows[1].card.fee, 0);
}

TEST(ReadManifest, TakesWhatSpreadsheetsMakeOfCsv) {
    std::string text = "\xEF\xBB\xBF" + kHeader + kFirst + kSecond + "\n\n";
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
    const Manifest manifest = read_manifest(text);
    EXPECT_TRUE(manifest.faults.empty());
    EXPECT_EQ(manifest.rows.size(), 2U);
    std::string without_end = kHeader + kFirst;
    without_end.pop_back();
    EXPECT_EQ(read_manifest(without_end).rows.size(), 1U);
}

TEST(ReadManifest, TakesJsonLines) {
    const Manifest manifest = read_manifest(
        "{\"tracking_code\":\"A-1\",\"national_code\":\"\u06f0\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f9\","
        "\"given_name\":\"a\",\"family_name\":\"b\",\"fee\":5,\"can\":\"123456\",\"document_expiry\":\"2031-01-02\"}"
        "\n\n"
        "{\"tracking_code\":\"A-2\"}\n[]\n{\"unknown\":\"x\"}\n{\"fee\":\"1\",\"fee\":\"2\"}\n{\"can\":5}\nnonsense\n");
    ASSERT_EQ(manifest.rows.size(), 1U);
    EXPECT_EQ(manifest.rows[0].card.national_code, "0012345679");
    EXPECT_EQ(manifest.rows[0].card.fee, 5);
    EXPECT_EQ(as_text(manifest.rows[0].card.access.can.view()), "123456");
    std::vector<std::size_t> lines;
    for (const RowFault& fault : manifest.faults) lines.push_back(fault.line);
    EXPECT_EQ(lines, (std::vector<std::size_t>{3, 3, 3, 4, 5, 6, 7, 8}));
}

TEST(ReadManifest, NamesEveryFaultByLineAndColumnAndNoValue) {
    const Manifest manifest = read_manifest(kHeader +                             // 1
                                            "A-1,0012345678,a,b,,\n" +            // 2 check digit
                                            kFirst +                              // 3
                                            "A-3,0012345679,a,b,1404-12-30,\n" +  // 4 no such day
                                            "A-4,0012345679,a,b\n" +              // 5 too few values
                                            "A-5,0012345679,\"a\nb\",c,,\n" +     // 6, 7 control character
                                            "A-6,0012345679,,b,,x\n" +            // 8 missing, and a fee
                                            "A-7,0012345679,a\"b,c,,\n" +         // 9 quotes
                                            "A-8,1111111111,a,\xFF,,\n" +         // 10 all same, not UTF-8
                                            kSecond +                             // 11
                                            "A-9,0012345679,\"a,b,,\n");          // 12 an open quote
    EXPECT_EQ(manifest.rows.size(), 2U);
    std::vector<std::string> found;
    for (const RowFault& fault : manifest.faults) {
        found.push_back(std::to_string(fault.line) + " " + fault.column + " " + fault.code);
        EXPECT_EQ(fault.what.find("0012345678"), std::string::npos);
    }
    EXPECT_EQ(found, (std::vector<std::string>{
                         "2 national_code national_code.check_digit", "4 birth_date date.no_such_day",
                         "5  manifest.row", "6 given_name manifest.control", "8 given_name manifest.missing",
                         "8 fee manifest.digits", "9  manifest.row", "10 national_code national_code.all_same",
                         "10 family_name text.not_utf8", "12  manifest.row"}));
}

TEST(ReadManifest, CountsANamesLengthInCharacters) {
    std::string name;
    for (int i = 0; i < 200; ++i) name += "\u0639";
    EXPECT_EQ(read_manifest(kHeader + "A-1,0012345679," + name + ",b,,\n").rows.size(), 1U);
    const Manifest manifest = read_manifest(kHeader + "A-1,0012345679,x" + name + ",b,,\n");
    ASSERT_EQ(manifest.faults.size(), 1U);
    EXPECT_EQ(manifest.faults.front().code, "manifest.too_long");
}

TEST(ReadManifest, RefusesAFileWithoutItsColumns) {
    for (const std::string& text :
         {std::string("nothing of the kind\n"), "tracking_code,national_code,given_name\n" + kFirst,
          "colour," + kHeader + kFirst, "fee," + kHeader + kFirst, std::string("\"open\n")})
        EXPECT_EQ(thrown_code([&] { read_manifest(text); }), "manifest.syntax") << text;
    EXPECT_TRUE(read_manifest("\n \n").rows.empty());
}

}  // namespace
}  // namespace tahvil::daemon
