#include "crypto/protocol/pace.h"

#include <array>

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "crypto/protocol/domain_parameters.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/protocol/public_key_object.h"
#include "tests/support/replay.h"
#include "tests/support/thrown_code.h"

// The numbers are those of ICAO Doc 9303-11 (eighth edition), appendices G, H and I.

namespace tahvil::pace {
namespace {

using asn1::Oid;

Password published_mrz() {
    return Password::mrz(mrz_information("T22000129", "640812", "101031").view());
}

std::string point(std::string_view coordinates) {
    return "04" + to_hex(from_hex(coordinates));
}

std::string hex(std::string_view spaced) {
    return to_hex(from_hex(spaced));
}

TEST(PacePassword, Doc9303_11_G_KeyFromTheMrz) {
    const SecretBytes information = mrz_information("T22000129", "640812", "101031");
    EXPECT_EQ(as_text(information.view()), "T22000129364081251010318");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha1, information.view())),
              hex("7E2D2A41 C74EA0B3 8CD36F86 3939BFA8 E9032AAD"));
    EXPECT_EQ(to_hex(published_mrz().key(CipherAlgorithm::aes128).view()), hex("89DED1B2 6624EC1E 634C1989 302849DD"));
}

TEST(PacePassword, Doc9303_11_I_KeyFromTheMrz) {
    const SecretBytes information = mrz_information("C11T002JM", "960812", "231031");
    EXPECT_EQ(as_text(information.view()), "C11T002JM496081222310314");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha1, information.view())),
              hex("894D03F1 48C6265E 89845B21 8856EA34 D00EF8E8"));
    EXPECT_EQ(to_hex(Password::mrz(information.view()).key(CipherAlgorithm::aes128).view()),
              hex("4E6F6FBF 7BE748B9 32C7B741 61BBA9DF"));
}

TEST(PaceGenericMapping, Doc9303_11_G1_Ecdh) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.2.2");
    const Group group(Curve::brainpool_p256r1);
    Replay terminal_random{"7F4EF07B 9EA82FD7 8AD689B3 8D0BC78C F21F249D 953BC46F 4C6E1925 9C010F99",
                           "A73FB703 AC1436A1 8E0CFA5A BB3F7BEC 7A070E7A 6788486B EE230C4A 22762595"};
    Replay chip_random{"3F00C4D3 9D153F2B 2A214A07 8D899B22",
                       "498FF497 56F2DC15 87840041 839A8598 2BE7761D 14715FB0 91EFA7BC E9058560",
                       "107CF586 96EF6155 053340FD 633392BA 81909DF7 B9706F22 6F32086C 7AFF974A"};
    Party terminal(Role::terminal, protocol, group, published_mrz(), terminal_random.source());
    Party chip(Role::chip, protocol, group, published_mrz(), chip_random.source());

    // Encrypted nonce
    const Bytes z = chip.encrypted_nonce();
    EXPECT_EQ(to_hex(z), hex("95A3A016 522EE98D 01E76CB6 B98B42C3"));
    EXPECT_EQ(to_hex(decrypt_nonce({}, published_mrz().key(CipherAlgorithm::aes128).view(), z).view()),
              hex("3F00C4D3 9D153F2B 2A214A07 8D899B22"));
    terminal.accept_nonce(z);

    // Map nonce
    const Bytes terminal_mapping = terminal.mapping_data();
    EXPECT_EQ(to_hex(terminal_mapping),
              point("7ACF3EFC 982EC455 65A4B155 129EFBC7 4650DCBF A6362D89 6FC70262 E0C2CC5E "
                    "544552DC B6725218 799115B5 5C9BAA6D 9F6BC3A9 618E70C2 5AF71777 A9C4922D"));
    chip.map(terminal_mapping);
    const Bytes chip_mapping = chip.mapping_data();
    EXPECT_EQ(to_hex(chip_mapping), point("824FBA91 C9CBE26B EF53A0EB E7342A3B F178CEA9 F45DE0B7 0AA60165 1FBA3F57 "
                                          "30D8C879 AAA9C9F7 3991E61B 58F4D52E B87A0A0C 709A49DC 63719363 CCD13C54"));
    const Bytes terminal_mapping_scalar =
        from_hex("7F4EF07B 9EA82FD7 8AD689B3 8D0BC78C F21F249D 953BC46F 4C6E1925 9C010F99");
    EXPECT_EQ(to_hex(group.multiply(chip_mapping, terminal_mapping_scalar)),
              point("60332EF2 450B5D24 7EF6D386 8397D398 852ED6E8 CAF6FFEE F6BF85CA 57057FD5 "
                    "0840CA74 15BAF3E4 3BD414D3 5AA4608B 93A2CAF3 A4E3EA4E 82C9C13D 03EB7181"));
    EXPECT_EQ(to_hex(map_generic(group, from_hex("3F00C4D3 9D153F2B 2A214A07 8D899B22"), terminal_mapping_scalar,
                                 chip_mapping)),
              point("8CED63C9 1426D4F0 EB1435E7 CB1D74A4 6723A0AF 21C89634 F65A9AE8 7A9265E2 "
                    "8C879506 743F8611 AC33645C 5B985C80 B5F09A0B 83407C1B 6A4D857A E76FE522"));
    terminal.map(chip_mapping);

    // Perform key agreement
    const Bytes terminal_key = terminal.public_key();
    EXPECT_EQ(to_hex(terminal_key), point("2DB7A64C 0355044E C9DF1905 14C625CB A2CEA487 54887122 F3A5EF0D 5EDD301C "
                                          "3556F3B3 B186DF10 B857B58F 6A7EB80F 20BA5DC7 BE1D43D9 BF850149 FBB36462"));
    chip.agree(terminal_key);
    const Bytes chip_key = chip.public_key();
    EXPECT_EQ(to_hex(chip_key), point("9E880F84 2905B8B3 181F7AF7 CAA9F0EF B743847F 44A306D2 D28C1D9E C65DF6DB "
                                      "7764B222 77A2EDDC 3C265A9F 018F9CB8 52E111B7 68B32690 4B59A019 3776F094"));
    terminal.agree(chip_key);
    EXPECT_EQ(
        to_hex(
            group.agree(from_hex("A73FB703 AC1436A1 8E0CFA5A BB3F7BEC 7A070E7A 6788486B EE230C4A 22762595"), chip_key)
                .view()),
        hex("28768D20 701247DA E81804C9 E780EDE5 82A9996D B4A31502 0B273319 7DB84925"));
    for (const Party* side : {&terminal, &chip}) {
        EXPECT_EQ(to_hex(side->session_keys().encryption.view()), hex("F5F0E35C 0D7161EE 6724EE51 3A0D9A7F"));
        EXPECT_EQ(to_hex(side->session_keys().mac.view()), hex("FE251C78 58B356B2 4514B3BD 5F4297D1"));
        EXPECT_EQ(side->session_keys().counter, Bytes(16));
    }

    // Mutual authentication
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, chip_key)),
              hex("7F494F06 0A04007F 00070202 04020286 41049E88 0F842905 B8B3181F 7AF7CAA9 F0EFB743 847F44A3 06D2D28C "
                  "1D9EC65D F6DB7764 B22277A2 EDDC3C26 5A9F018F 9CB852E1 11B768B3 26904B59 A0193776 F094"));
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, terminal_key)),
              hex("7F494F06 0A04007F 00070202 04020286 41042DB7 A64C0355 044EC9DF 190514C6 25CBA2CE A4875488 7122F3A5 "
                  "EF0D5EDD 301C3556 F3B3B186 DF10B857 B58F6A7E B80F20BA 5DC7BE1D 43D9BF85 0149FBB3 6462"));
    EXPECT_EQ(to_hex(terminal.token()), hex("C2B0BD78 D94BA866"));
    EXPECT_EQ(to_hex(chip.token()), hex("3ABB9674 BCE93C08"));
    EXPECT_TRUE(chip.accepts(terminal.token()));
    EXPECT_TRUE(terminal.accepts(chip.token()));
    EXPECT_TRUE(terminal_random.used_up());
    EXPECT_TRUE(chip_random.used_up());
}

TEST(PaceGenericMapping, Doc9303_11_G2_Dh) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.1.2");
    const Group group = *standardized_domain_parameters(0);
    Replay terminal_random{"5265030F 751F4AD1 8B08AC56 5FC7AC95 2E41618D",
                           "89CCD99B 0E8D3B1F 11E1296D CA68EC53 411CF2CA"};
    Replay chip_random{"FA5B7E3E 49753A0D B9178B7B 9BD898C8", "66DDAFEA C1609CB5 B963BB0C B3FF8B3E 047F336C",
                       "A5B78012 6B7C980E 9FCEA1D4 539DA1D2 7C342DFA"};
    Party terminal(Role::terminal, protocol, group, published_mrz(), terminal_random.source());
    Party chip(Role::chip, protocol, group, published_mrz(), chip_random.source());

    const Bytes z = chip.encrypted_nonce();
    EXPECT_EQ(to_hex(z), hex("854D8DF5 827FA685 2D1A4FA7 01CDDDCA"));
    terminal.accept_nonce(z);

    const Bytes terminal_mapping = terminal.mapping_data();
    EXPECT_EQ(to_hex(terminal_mapping),
              hex("23FB3749 EA030D2A 25B278D2 A562047A DE3F01B7 4F17A154 02CB7352 CA7D2B3E B71C343D B13D1DEB CE9A3666 "
                  "DBCFC920 B49174A6 02CB4796 5CAA73DC 702489A4 4D41DB91 4DE9613D C5E98C94 160551C0 DF86274B 9359BC04 "
                  "90D01B03 AD54022D CB4F57FA D6322497 D7A1E28D 46710F46 1AFE710F BBBC5F8B A166F431 1975EC6C"));
    chip.map(terminal_mapping);
    const Bytes chip_mapping = chip.mapping_data();
    EXPECT_EQ(to_hex(chip_mapping),
              hex("78879F57 225AA808 0D52ED0F C890A4B2 5336F699 AA89A2D3 A189654A F70729E6 23EA5738 B26381E4 DA19E004 "
                  "706FACE7 B235C2DB F2F38748 312F3C98 C2DD4882 A41947B3 24AA1259 AC22579D B93F7085 655AF308 89DBB845 "
                  "D9E6783F E42C9F24 49400306 254C8AE8 EE9DD812 A804C0B6 6E8CAFC1 4F84D825 8950A91B 44126EE6"));
    const Bytes terminal_mapping_scalar = from_hex("5265030F 751F4AD1 8B08AC56 5FC7AC95 2E41618D");
    EXPECT_EQ(to_hex(group.multiply(chip_mapping, terminal_mapping_scalar)),
              hex("5BABEBEF 5B74E5BA 94B5C063 FDA15F1F 1CDE9487 3EE0A5D3 A2FCAB49 F258D07F 544F13CB 66658C3A FEE9E727 "
                  "389BE3F6 CBBBD321 28A8C21D D6EEA3CF 7091CDDF B08B8D00 7D40318D CCA4FFBF 51208790 FB4BD111 E5A968ED "
                  "6B6F08B2 6CA87C41 0B3CE0C3 10CE104E ABD16629 AA48620C 1279270C B0750C0D 37C57FFF E302AE7F"));
    EXPECT_EQ(to_hex(map_generic(group, from_hex("FA5B7E3E 49753A0D B9178B7B 9BD898C8"), terminal_mapping_scalar,
                                 chip_mapping)),
              hex("7C9CBFE9 8F9FBDDA 8D143506 FA7D9306 F4CB17E3 C71707AF F5E1C1A1 23702496 84D64EE3 7AF44B8D BD9D45BF "
                  "6023919C BAA027AB 97ACC771 666C8E98 FF483301 BFA4872D EDE9034E DFACB708 14166B7F 36067682 9B826BEA "
                  "57291B5A D69FBC84 EF1E7790 32A30580 3F743417 93E86974 2D401325 B37EE856 5FFCDEE6 18342DC5"));
    terminal.map(chip_mapping);

    const Bytes terminal_key = terminal.public_key();
    EXPECT_EQ(to_hex(terminal_key),
              hex("907D89E2 D425A178 AA81AF4A 7774EC8E 388C115C AE67031E 85EECE52 0BD91155 1B9AE4D0 4369F29A 02626C86 "
                  "FBC6747C C7BC3526 45B6161A 2A42D44E DA80A08F A8D61B76 D3A154AD 8A5A5178 6B0BC071 47057871 A922212C "
                  "5F67F431 73172236 B7747D16 71E6D692 A3C7D40A 0C3C5CE3 97545D01 5C175EB5 130551ED BC2EE5D4"));
    chip.agree(terminal_key);
    const Bytes chip_key = chip.public_key();
    EXPECT_EQ(to_hex(chip_key),
              hex("075693D9 AE941877 573E634B 6E644F8E 60AF17A0 076B8B12 3D920107 4D36152B D8B3A213 F53820C4 2ADC79AB "
                  "5D0AEEC3 AEFB9139 4DA476BD 97B9B14D 0A65C1FC 71A0E019 CB08AF55 E1F72900 5FBA7E3F A5DC4189 9238A250 "
                  "767A6D46 DB974064 386CD456 743585F8 E5D90CC8 B4004B1F 6D866C79 CE0584E4 9687FF61 BC29AEA1"));
    terminal.agree(chip_key);
    EXPECT_EQ(to_hex(group.agree(from_hex("89CCD99B 0E8D3B1F 11E1296D CA68EC53 411CF2CA"), chip_key).view()),
              hex("6BABC7B3 A72BCD7E A385E4C6 2DB2625B D8613B24 149E146A 629311C4 CA6698E3 8B834B6A 9E9CD718 4BA8834A "
                  "FF5043D4 36950C4C 1E783236 7C10CB8C 314D40E5 990B0DF7 013E64B4 549E2270 923D06F0 8CFF6BD3 E977DDE6 "
                  "ABE4C31D 55C0FA2E 465E553E 77BDF75E 3193D383 4FC26E8E B1EE2FA1 E4FC97C1 8C3F6CFF FE2607FD"));
    for (const Party* side : {&terminal, &chip}) {
        EXPECT_EQ(to_hex(side->session_keys().encryption.view()), hex("2F7F46AD CC9E7E52 1B45D192 FAFA9126"));
        EXPECT_EQ(to_hex(side->session_keys().mac.view()), hex("805A1D27 D45A5116 F73C5446 9462B7D8"));
    }
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, chip_key)).substr(0, 40),
              hex("7F49818F 060A0400 7F000702 02040102 84818007"));
    EXPECT_EQ(to_hex(terminal.token()), hex("B46DD9BD 4D98381F"));
    EXPECT_EQ(to_hex(chip.token()), hex("917F37B5 C0E6D8D1"));
    EXPECT_TRUE(chip.accepts(terminal.token()));
    EXPECT_TRUE(terminal.accepts(chip.token()));
}

TEST(PaceIntegratedMapping, Doc9303_11_H1_Ecdh) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.4.2");
    const Group group(Curve::brainpool_p256r1);
    const Bytes key = from_hex("591468CD A83D6521 9CCCB856 0233600F");
    const Bytes s = from_hex("2923BE84 E16CD6AE 529049F1 F1BBE9EB");
    const Bytes t = from_hex("5DD4CBFC 96F5453B 130D890A 1CDBAE32");
    EXPECT_EQ(to_hex(encrypt_nonce(*protocol_by_oid(protocol), key, s)), hex("143DC40C 08C8E891 FBED7DED B92B64AD"));

    const Bytes r = pseudo_random(CipherAlgorithm::aes128, 256, s, t);
    EXPECT_EQ(to_hex(r), hex("E4447E2D FB3586BA C05DDB00 156B57FB B2179A39 49294C97 25418980 0C517BAA "
                             "8DA0FF39 7ED8C445 D3E421E4 FEB57322"));
    // f_G takes R_p(s,t) and R(s,t) alike, since it reduces first.
    const std::string generator = point(
        "8E82D315 59ED0FDE 92A4D049 8ADD3C23 BABA94FB 77691E31 E90AEA77 FB17D427 "
        "4C1AE14B D0C3DBAC 0C871B7F 36081693 64437CA3 0AC243A0 89D3F266 C1E60FAD");
    EXPECT_EQ(to_hex(encode_to_group(group, r)), generator);
    EXPECT_EQ(to_hex(encode_to_group(
                  group, from_hex("A2F8FF2D F50E52C6 599F386A DCB595D2 29F6A167 ADE2BE5F 2C3296AD D5B7430E"))),
              generator);

    const Bytes mapped = encode_to_group(group, r);
    const Bytes chip_scalar = from_hex("107CF586 96EF6155 053340FD 633392BA 81909DF7 B9706F22 6F32086C 7AFF974A");
    const Bytes terminal_scalar = from_hex("A73FB703 AC1436A1 8E0CFA5A BB3F7BEC 7A070E7A 6788486B EE230C4A 22762595");
    const Bytes chip_key = group.multiply(mapped, chip_scalar);
    EXPECT_EQ(to_hex(chip_key), point("67F78E5F 7F768608 2B293E8D 087E0569 16D0F74B C01A5F89 57D0DE45 691E51E8 "
                                      "932B69A9 62B52A09 85AD2C0A 271EE6A1 3A8ADDDC D1A3A994 B9DED257 F4D22753"));
    const Bytes terminal_key = group.multiply(mapped, terminal_scalar);
    EXPECT_EQ(to_hex(terminal_key), point("89CBA23F FE96AA18 D824627C 3E934E54 A9FD0B87 A95D1471 DC1C0ABF DCD640D4 "
                                          "6755DE9B 7B778280 B6BEBD57 439ADFEB 0E21FD4E D6DF4257 8C13418A 59B34C37"));
    const SecretBytes shared = group.agree(terminal_scalar, chip_key);
    EXPECT_EQ(to_hex(shared.view()), hex("4F150FDE 1D4F0E38 E95017B8 91BAE171 33A0DF45 B0D3E18B 60BA7BEA FDC2C713"));
    const SessionKeys keys = derive_session_keys(shared.view(), CipherAlgorithm::aes128);
    EXPECT_EQ(to_hex(keys.encryption.view()), hex("0D3FEB33 251A6370 893D62AE 8DAAF51B"));
    EXPECT_EQ(to_hex(keys.mac.view()), hex("B01E89E3 D9E8719E 586B50B4 A7506E0B"));
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, terminal_key)),
              hex("7F494F06 0A04007F 00070202 04040286 410489CB A23FFE96 AA18D824 627C3E93 4E54A9FD 0B87A95D 1471DC1C "
                  "0ABFDCD6 40D46755 DE9B7B77 8280B6BE BD57439A DFEB0E21 FD4ED6DF 42578C13 418A59B3 4C37"));
    EXPECT_EQ(to_hex(authentication_token(protocol, group, keys, terminal_key)), hex("75D4D96E 8D5B0308"));
    EXPECT_EQ(to_hex(authentication_token(protocol, group, keys, chip_key)), hex("450F02B8 6F6A0909"));
}

TEST(PaceIntegratedMapping, Doc9303_11_H2_Dh) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.3.2");
    const Group group = *standardized_domain_parameters(0);
    const Bytes key = from_hex("591468CD A83D6521 9CCCB856 0233600F");
    const Bytes s = from_hex("FA5B7E3E 49753A0D B9178B7B 9BD898C8");
    const Bytes t = from_hex("B3A6DB3C 870C3E99 245E0D1C 06B747DE");
    EXPECT_EQ(to_hex(encrypt_nonce(*protocol_by_oid(protocol), key, s)), hex("9ABB8864 CA0FF155 1E620D1E F4E13510"));

    const Bytes r = pseudo_random(CipherAlgorithm::aes128, 1024, s, t);
    EXPECT_EQ(to_hex(r),
              hex("EAB98D13 E0905295 2AA72990 7C3C9461 84DEA0FE 74AD2B3A F506F0A8 3018459C 38099CD1 F7FF4EA0 A078DB1F "
                  "AC136550 5E3DC855 00EF95E2 0B4EEF2E 88489233 BEE0546B 472F994B 618D1687 02406791 DEEF3CB4 810932EC "
                  "278F3533 FDB860EB 4835C36F A4F1BF3F A0B828A7 18C96BDE 88FBA38A 3E6C35AA A1095925 1EB5FC71 0FC18725 "
                  "8995944C 0F926E24 9373F485"));
    const std::string generator = hex(
        "1D7D767F 11E333BC D6DBAEF4 0E799E7A 926B9697 3550656F F3C83072 6D118D61 C276CDCC 61D475CF 03A98E0C 0E79CAEB "
        "A5BE2557 8BD4551D 0B109032 36F0B0F9 76852FA7 8EEA14EA 0ACA87D1 E91F688F E0DFF897 BBE35A47 2621D343 564B262F "
        "34223AE8 FC59B664 BFEDFA2B FE7516CA 5510A6BB B633D517 EC25D4E0 BBAA16C2");
    EXPECT_EQ(to_hex(encode_to_group(group, r)), generator);
    EXPECT_EQ(
        to_hex(encode_to_group(
            group,
            from_hex(
                "A0C7C50C 002061A5 1CC87D25 4EF38068 607417B6 EE1B3647 3CFB800D 2D2E5FA2 B6980F01 105D24FA B22ACD1B "
                "FA5C8A4C 093ECDFA FE6D7125 D42A843E 33860383 5CF19AFA FF75EFE2 1DC5F6AA 1F9AE46C 25087E73 68166FB0 "
                "8C1E4627 AFED7D93 570417B7 90FF7F74 7E57F432 B04E1236 819E0DFE F5B6E77C A4999925 328182D2"))),
        generator);

    const Bytes mapped = encode_to_group(group, r);
    const Bytes chip_scalar = from_hex(
        "020F018C 7284B047 FA7721A3 37EFB7AC B1440BB3 0C5252BD 41C97C30 C994BB78 E9F0C5B3 2744D840 17D21FFA "
        "6878396A 6469CA28 3EF5C000 DAF7D261 A39AB886 0ED4610A B5343390 897AAB5A 7787E4FA EFA0649C 6A94FDF8 "
        "2D991E8E 3FC332F5 142729E7 040A3F7D 5A4D3CD7 5CBEE1F0 43C1CAD2 DD484FEB 4ED22B59 7D36688E");
    const Bytes terminal_scalar = from_hex(
        "4BD0E547 40F9A028 E6A515BF DAF96784 8C4F5F5F FF65AA09 15947FFD 1A0DF2FA 6981271B C905F355 1457B7E0 "
        "3AC3B806 6DE4AA40 6C1171FB 43DD939C 4BA16175 103BA3DE E16419AA 248118F9 0CC36A3D 6F4C3736 52E0C3CC "
        "E7F0F1D0 C5425B36 00F0F0D6 A67F004C 8BBA33F2 B4733C72 52445C1D FC4F1107 203F71D2 EFB28161");
    const Bytes chip_key = group.multiply(mapped, chip_scalar);
    EXPECT_EQ(to_hex(chip_key),
              hex("928D9A0F 9DBA450F 13FC859C 6F290D1D 36E42431 138A4378 500BEB4E 0401854C FF111F71 CB6DC1D0 335807A1 "
                  "1388CC8E AA87B079 07AAD9FB A6B169AF 6D8C26AF 8DDDC39A DC3AD2E3 FF882B84 D23E9768 E95A80E4 746FB07A "
                  "9767679F E92133B4 D379935C 771BD7FB ED6C7BB4 B1708B27 5EA75679 524CDC9C 6A91370C C662A2F3"));
    const Bytes terminal_key = group.multiply(mapped, terminal_scalar);
    EXPECT_EQ(to_hex(terminal_key),
              hex("0F0CC629 45A80292 51FB7EF3 C094E12E C68E4EF0 7F27CB9D 9CD04C5C 4250FAE0 E4F8A951 557E929A EB48E5C6 "
                  "DD47F2F5 CD7C351A 9BD2CD72 2C07EDE1 66770F08 FFCB3702 62CF308D D7B07F2E 0DA9CAAA 1492344C 85290691 "
                  "9538C98A 4BA4187E 76CE9D87 832386D3 19CE2E04 3C3343AE AE6EDBA1 A9894DC5 094D22F7 FE1351D5"));
    const SecretBytes shared = group.agree(terminal_scalar, chip_key);
    EXPECT_EQ(to_hex(shared.view()),
              hex("419410D6 C0A17A4C 07C54872 CE1CBCEB 0A2705C1 A434C8A8 9A4CFE41 F1D78124 CA7EC52B DE7615E5 345E48AB "
                  "1ABB6E7D 1D59A57F 3174084D 3CA45703 97C1F622 28BDFDB2 DA191EA2 239E2C06 0DBE3BBC 23C2FCD0 AF12E0F9 "
                  "E0B99FCF 91FF1959 011D5798 B2FCBC1F 14FCC24E 441F4C8F 9B08D977 E9498560 E63E7FFA B3134EA7"));
    const SessionKeys keys = derive_session_keys(shared.view(), CipherAlgorithm::aes128);
    EXPECT_EQ(to_hex(keys.encryption.view()), hex("01AFC10C F87BE36D 8179E873 70171F07"));
    EXPECT_EQ(to_hex(keys.mac.view()), hex("23F0FBD0 5FD6C7B8 B88F4C83 09669061"));
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, terminal_key)).substr(0, 40),
              hex("7F49818F 060A0400 7F000702 02040302 8481800F"));
    EXPECT_EQ(to_hex(authentication_token(protocol, group, keys, terminal_key)), hex("C2F04230 187E1525"));
    EXPECT_EQ(to_hex(authentication_token(protocol, group, keys, chip_key)), hex("55D61977 CBF5307E"));
}

TEST(PaceChipAuthenticationMapping, Doc9303_11_I1_Ecdh) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.6.2");
    const Group group(Curve::brainpool_p256r1);
    const Password password = Password::mrz(mrz_information("C11T002JM", "960812", "231031").view());
    Replay terminal_random{"5D8BB87B D74D985A 4B7D4325 B9F7B976 FE835122 77340079 8914AA22 738135CC",
                           "76ECFDAA 9841C323 A3F5FC5E 88B88DB3 EFF7E35E BF57A7E6 946CB630 006C2120"};
    Replay chip_random{"658B860B C94DF6F0 44FCE6D5 C82CF8E5",
                       "9E56A6B5 9C95D06E CE5CD10F 983BB2F4 F1943528 E577F238 81D89D8C 3BBEE0AA",
                       // The published CD626EF3 ... DAB79E78 is above the order: this is it modulo n.
                       "23671718 20683879 C023083A 24FEEC74 99C71436 B5D85ECD 3F681BB9 436F47D1"};
    Party terminal(Role::terminal, protocol, group, password, terminal_random.source());
    Party chip(Role::chip, protocol, group, password, chip_random.source());

    const Bytes z = chip.encrypted_nonce();
    EXPECT_EQ(to_hex(z), hex("CB60E8E0 D85B76A9 BD304747 C2AD42E2"));
    terminal.accept_nonce(z);
    const Bytes terminal_mapping = terminal.mapping_data();
    EXPECT_EQ(to_hex(terminal_mapping),
              point("7F1D410A DB7DDB3B 84BF1030 800981A9 105D7457 B4A3ADE0 02384F30 86C67EDE "
                    "1AB88910 4A27DB6D 842B0190 20FBF3CE ACB0DC62 7F7BDCAC 29969E19 D0E553C1"));
    chip.map(terminal_mapping);
    const Bytes chip_mapping = chip.mapping_data();
    EXPECT_EQ(to_hex(chip_mapping), point("A234236A A9B9621E 8EFB73B5 245C0E09 D2576E52 77183C12 08BDD552 80CAE8B3 "
                                          "04F36571 3A356E65 A451E165 ECC9AC0A C46E3771 342C8FE5 AEDD0926 85338E23"));
    const Bytes terminal_mapping_scalar =
        from_hex("5D8BB87B D74D985A 4B7D4325 B9F7B976 FE835122 77340079 8914AA22 738135CC");
    EXPECT_EQ(to_hex(group.multiply(chip_mapping, terminal_mapping_scalar)),
              point("2C1DCC17 73346492 C6636A36 EE4B965E 292E9AAE 7EE37736 EF58B9D0 A043F348 "
                    "403A8CF3 3CA7DC0D 9DF61D08 89CE2442 4FF97C1A AD48A5CA 2A554B07 1EF7638D"));
    EXPECT_EQ(to_hex(map_generic(group, from_hex("658B860B C94DF6F0 44FCE6D5 C82CF8E5"), terminal_mapping_scalar,
                                 chip_mapping)),
              point("89F0B5EA BF3BE293 C75903A3 98613192 5C9F5B51 5CA95AF4 85DC7E88 6F03245D "
                    "44BEFB2D D3A0DBD7 1CB5E618 971CF474 7F12B79E 548379A4 0E45963B AAF3E829"));
    terminal.map(chip_mapping);

    const Bytes terminal_key = terminal.public_key();
    EXPECT_EQ(to_hex(terminal_key), point("446C9340 84D9DAB8 63944F21 9520076C 29EE3F7A E6722B11 FF319EC1 C7728F95 "
                                          "5483400B FF60BF0C 59292700 09277DC2 A515E125 75010AD9 BA916CF1 BF86FEFC"));
    chip.agree(terminal_key);
    const Bytes chip_key = chip.public_key();
    EXPECT_EQ(to_hex(chip_key), point("02AD566F 3C6EC7F9 324509AD 50A51FA5 2030782A 4968FCFE DF737DAE A9933331 "
                                      "11C3B9B4 C2287789 BD137E7F 8AA882E2 A3C633CC D6ECC2C6 3C57AD40 1A09C2E1"));
    terminal.agree(chip_key);
    EXPECT_EQ(
        to_hex(
            group.agree(from_hex("76ECFDAA 9841C323 A3F5FC5E 88B88DB3 EFF7E35E BF57A7E6 946CB630 006C2120"), chip_key)
                .view()),
        hex("67950559 D0C06B4D 4B86972D 14460837 461087F8 419FDBC3 6AAF6CEA AC462832"));
    EXPECT_EQ(to_hex(terminal.session_keys().encryption.view()), hex("0A9DA4DB 03BDDE39 FC5202BC 44B2E89E"));
    EXPECT_EQ(to_hex(terminal.session_keys().mac.view()), hex("4B1C0649 1ED5140C A2B537D3 44C6C0B1"));
    EXPECT_EQ(to_hex(ephemeral_public_key_object(protocol, group, chip_key)),
              hex("7F494F06 0A04007F 00070202 04060286 410402AD 566F3C6E C7F93245 09AD50A5 1FA52030 782A4968 FCFEDF73 "
                  "7DAEA993 333111C3 B9B4C228 7789BD13 7E7F8AA8 82E2A3C6 33CCD6EC C2C63C57 AD401A09 C2E1"));
    EXPECT_EQ(to_hex(terminal.token()), hex("E86BD060 18A1CD3B"));
    EXPECT_EQ(to_hex(chip.token()), hex("8596CF05 5C67C1A3"));
    EXPECT_TRUE(chip.accepts(terminal.token()));
    EXPECT_TRUE(terminal.accepts(chip.token()));

    // Chip authentication
    const Bytes encrypted = from_hex(
        "1EEA964D AAE372AC 990E3EFD E6333353 BFC89A67 04D93DA8 798CF77F 5B7A54BD "
        "10CBA372 B42BE0B9 B5F28AA8 DE2F4F92");
    const BlockCipher cipher(CipherAlgorithm::aes128, terminal.session_keys().encryption.view());
    Bytes iv(16);
    cipher.encrypt_block(Bytes(16, 0xFF), iv);
    EXPECT_EQ(to_hex(iv), hex("F6A3B75A 1E933941 DD7A13E2 520779DF"));
    const Bytes data = to_bytes(unpad(cipher.decrypt_cbc(iv, encrypted)));
    EXPECT_EQ(to_hex(data), hex("85DC3FA9 3D0952BF A82F5FD1 89EE75BD 82F11D1F 0B8ED4BF 5319AC9B 53C426B3"));
    const PublicKey static_key = PublicKey::ec(
        Curve::brainpool_p256r1, from_hex("04 18727094 94399E74 70A6431B E25E83EE E24FEA56 8C2ED28D B48E05DB 3A610DC8 "
                                          "84D256A4 0E35EFCB 59BF6753 D3A489D2 8C7A4D97 3C2DA138 A6E7A4A0 8F68E16F"));
    EXPECT_EQ(group.multiply(static_key.value(), data), chip_mapping);
    EXPECT_TRUE(terminal.authenticates(encrypted, static_key));

    // The static private key is not published, but follows: SK_IC = SK_Map,IC / CA_IC. With it the chip makes the same
    // data.
    const SecretBytes static_scalar =
        group.divide(from_hex("9E56A6B5 9C95D06E CE5CD10F 983BB2F4 F1943528 E577F238 81D89D8C 3BBEE0AA"), data);
    const PrivateKey static_private = PrivateKey::ec(Curve::brainpool_p256r1, static_scalar.view());
    EXPECT_EQ(static_private.public_key(), static_key);
    EXPECT_EQ(chip.chip_authentication_data(static_private), encrypted);

    EXPECT_FALSE(terminal.authenticates(encrypted, PrivateKey::generate_ec(Curve::brainpool_p256r1).public_key()));
    EXPECT_FALSE(terminal.authenticates(encrypted, PrivateKey::generate_ec(Curve::secp256r1).public_key()));
    EXPECT_FALSE(terminal.authenticates({}, static_key));
    for (std::size_t i = 0; i < encrypted.size(); ++i) {
        Bytes changed = encrypted;
        changed[i] ^= 0x40U;
        EXPECT_FALSE(terminal.authenticates(changed, static_key)) << i;
    }
}

struct Session {
    Party terminal;
    Party chip;

    Session(const Oid& protocol, const Group& group, const Password& typed, const Password& stored)
        : terminal(Role::terminal, protocol, group, typed), chip(Role::chip, protocol, group, stored) {}

    void map() {
        terminal.accept_nonce(chip.encrypted_nonce());
        chip.map(terminal.mapping_data());
        terminal.map(chip.mapping_data());
    }
    void agree() {
        map();
        chip.agree(terminal.public_key());
        terminal.agree(chip.public_key());
    }
};

Password can(std::string_view digits) {
    return Password::typed(PasswordKind::can, as_bytes(digits));
}

std::vector<Protocol> all_protocols() {
    std::vector<Protocol> all;
    for (const bool elliptic : {false, true})
        for (const Mapping mapping : {Mapping::generic, Mapping::integrated, Mapping::chip_authentication})
            for (const CipherAlgorithm cipher : {CipherAlgorithm::two_key_triple_des, CipherAlgorithm::aes128,
                                                 CipherAlgorithm::aes192, CipherAlgorithm::aes256})
                if (mapping != Mapping::chip_authentication ||
                    (elliptic && cipher != CipherAlgorithm::two_key_triple_des))
                    all.push_back({elliptic, mapping, cipher});
    return all;
}

TEST(PaceProtocol, Doc9303_11_9_2_3_HasNineteenIdentifiers) {
    EXPECT_EQ(all_protocols().size(), 19U);
    for (const Protocol& protocol : all_protocols()) EXPECT_EQ(protocol_by_oid(oid_of(protocol)), protocol);
    for (const char* unknown : {"0.4.0.127.0.7.2.2.4.6.1", "0.4.0.127.0.7.2.2.4.5.2", "0.4.0.127.0.7.2.2.4.2",
                                "0.4.0.127.0.7.2.2.4.2.5", "0.4.0.127.0.7.2.2.4.2.0", "0.4.0.127.0.7.2.2.4.2.2.1"})
        EXPECT_FALSE(protocol_by_oid(Oid(unknown))) << unknown;
    EXPECT_EQ(description({true, Mapping::generic, CipherAlgorithm::aes128}), "PACE-ECDH-GM-AES-128");
    EXPECT_EQ(thrown_code([] {
                  oid_of({false, Mapping::chip_authentication, CipherAlgorithm::aes128});
              }),
              "pace.unknown_protocol");
}

TEST(Pace, EveryProtocolOnEveryStandardizedGroupEndsInTheSameKeys) {
    for (const Protocol& protocol : all_protocols()) {
        for (const int identifier : {0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}) {
            const Group group = *standardized_domain_parameters(identifier);
            if (group.is_curve() != protocol.elliptic) continue;
            if (protocol.mapping == Mapping::integrated && identifier == 10) continue;
            SCOPED_TRACE(description(protocol) + " " + std::to_string(identifier));
            Session run(oid_of(protocol), group, can("123456"), can("123456"));
            run.agree();
            EXPECT_TRUE(run.chip.accepts(run.terminal.token()));
            EXPECT_TRUE(run.terminal.accepts(run.chip.token()));
            EXPECT_EQ(to_hex(run.chip.session_keys().encryption.view()),
                      to_hex(run.terminal.session_keys().encryption.view()));
            if (protocol.mapping == Mapping::chip_authentication) {
                const PrivateKey key = PrivateKey::generate_ec(group.curve());
                const Bytes data = run.chip.chip_authentication_data(key);
                EXPECT_TRUE(run.terminal.authenticates(data, key.public_key()));
                EXPECT_FALSE(run.terminal.authenticates(data, PrivateKey::generate_ec(group.curve()).public_key()));
            }
        }
    }
}

TEST(Pace, AWrongPasswordIsSeenByBothSidesInTheTokens) {
    for (const Protocol& protocol : all_protocols()) {
        SCOPED_TRACE(description(protocol));
        Session run(oid_of(protocol), *standardized_domain_parameters(protocol.elliptic ? 13 : 0), can("123456"),
                    can("123457"));
        run.agree();
        EXPECT_FALSE(run.chip.accepts(run.terminal.token()));
        EXPECT_FALSE(run.terminal.accepts(run.chip.token()));
    }
}

TEST(Pace, ATokenThatIsChangedCutOrSentBackIsRefused) {
    Session run(Oid("0.4.0.127.0.7.2.2.4.2.2"), Group(Curve::secp256r1), can("123456"), can("123456"));
    run.agree();
    const Bytes token = run.chip.token();
    for (std::size_t i = 0; i < token.size(); ++i) {
        Bytes changed = token;
        changed[i] ^= 1U;
        EXPECT_FALSE(run.terminal.accepts(changed));
    }
    EXPECT_FALSE(run.terminal.accepts({}));
    EXPECT_FALSE(run.terminal.accepts(ByteView(token).first(7)));
    EXPECT_FALSE(run.terminal.accepts(run.terminal.token()));
}

TEST(Pace, AKeyThatReflectsTheOwnOneIsRefused) {
    Session run(Oid("0.4.0.127.0.7.2.2.4.2.2"), Group(Curve::secp256r1), can("123456"), can("123456"));
    run.map();
    EXPECT_EQ(thrown_code([&] { run.terminal.agree(run.terminal.public_key()); }), "crypto.bad_key");
}

TEST(Pace, PointsOffTheCurveAndAtInfinityAreRefusedInBothSteps) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.2.2");
    const Group group(Curve::brainpool_p256r1);
    Bytes off_curve = group.generator();
    off_curve.back() ^= 1U;
    for (const Bytes& bad : {off_curve, Bytes{0}, Bytes{}, Bytes(65), Group(Curve::secp256r1).generator()}) {
        Session run(protocol, group, can("123456"), can("123456"));
        run.terminal.accept_nonce(run.chip.encrypted_nonce());
        EXPECT_EQ(thrown_code([&] { run.terminal.map(bad); }), "crypto.bad_key");
        EXPECT_EQ(thrown_code([&] { run.chip.map(bad); }), "crypto.bad_key");
        Session second(protocol, group, can("123456"), can("123456"));
        second.map();
        EXPECT_EQ(thrown_code([&] { second.terminal.agree(bad); }), "crypto.bad_key");
        EXPECT_EQ(thrown_code([&] { second.chip.agree(bad); }), "crypto.bad_key");
    }
}

TEST(Pace, DegenerateDhKeysAreRefusedInBothSteps) {
    const Oid protocol("0.4.0.127.0.7.2.2.4.1.2");
    const Group group = *standardized_domain_parameters(0);
    Bytes minus_one = group.dh().prime;
    minus_one.back() -= 1;
    for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, minus_one, group.dh().prime, Bytes(129, 1)}) {
        Session run(protocol, group, can("123456"), can("123456"));
        run.terminal.accept_nonce(run.chip.encrypted_nonce());
        EXPECT_EQ(thrown_code([&] { run.terminal.map(bad); }), "crypto.bad_key");
        Session second(protocol, group, can("123456"), can("123456"));
        second.map();
        EXPECT_EQ(thrown_code([&] { second.terminal.agree(bad); }), "crypto.bad_key");
    }
}

TEST(Pace, MappingThatWouldComeToInfinityIsRefused) {
    // A chip that knows s can choose its mapping key so that s x G + H is infinite: H = -s x G.
    const Group group(Curve::secp256r1);
    const Bytes nonce = from_hex("0102030405060708090A0B0C0D0E0F10");
    Bytes one(32);
    one.back() = 1;
    Bytes negated = group.multiply(group.generator(), nonce);
    // The negative of a point has p - y for y.
    const Bytes& prime = curve_domain(Curve::secp256r1).prime;
    unsigned borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        const unsigned difference = 256U + prime[i] - negated[33 + i] - borrow;
        negated[33 + i] = static_cast<std::uint8_t>(difference & 0xFFU);
        borrow = difference < 256U ? 1 : 0;
    }
    EXPECT_EQ(thrown_code([&] { map_generic(group, nonce, one, negated); }), "crypto.neutral_element");
}

TEST(Pace, ANonceOfAWrongLengthIsMalformed) {
    const Group group(Curve::secp256r1);
    for (const std::size_t size : {0U, 8U, 15U, 80U}) {
        Party terminal(Role::terminal, Oid("0.4.0.127.0.7.2.2.4.2.2"), group, can("123456"));
        EXPECT_EQ(thrown_code([&] { terminal.accept_nonce(Bytes(size)); }), "pace.nonce") << size;
    }
    Party integrated(Role::terminal, Oid("0.4.0.127.0.7.2.2.4.4.4"), group, can("123456"));
    EXPECT_EQ(thrown_code([&] { integrated.accept_nonce(Bytes(16)); }), "pace.nonce");
    EXPECT_NO_THROW(integrated.accept_nonce(Bytes(32)));
    EXPECT_EQ(thrown_code([&] { integrated.map(Bytes(32)); }), "pace.mapping_data");
}

TEST(Pace, StepsOutOfOrderAreRefused) {
    Session run(Oid("0.4.0.127.0.7.2.2.4.2.2"), Group(Curve::secp256r1), can("123456"), can("123456"));
    EXPECT_EQ(thrown_code([&] { run.terminal.mapping_data(); }), "pace.out_of_order");
    EXPECT_EQ(thrown_code([&] { run.terminal.encrypted_nonce(); }), "pace.out_of_order");
    EXPECT_EQ(thrown_code([&] { run.terminal.token(); }), "pace.out_of_order");
    run.map();
    EXPECT_EQ(thrown_code([&] { run.chip.map(run.terminal.mapping_data()); }), "pace.out_of_order");
    EXPECT_EQ(thrown_code([&] { run.chip.encrypted_nonce(); }), "pace.out_of_order");
    run.chip.agree(run.terminal.public_key());
    EXPECT_EQ(thrown_code([&] { run.chip.agree(run.terminal.public_key()); }), "pace.out_of_order");
}

SecurityInfos card_access(std::initializer_list<std::pair<Protocol, int>> entries) {
    SecurityInfos infos;
    for (const auto& [protocol, identifier] : entries) infos.pace.push_back({oid_of(protocol), 2, identifier});
    return infos;
}

constexpr Protocol kGm128{true, Mapping::generic, CipherAlgorithm::aes128};
constexpr Protocol kGm256{true, Mapping::generic, CipherAlgorithm::aes256};
constexpr Protocol kGm3Des{true, Mapping::generic, CipherAlgorithm::two_key_triple_des};
constexpr Protocol kIm128{true, Mapping::integrated, CipherAlgorithm::aes128};
constexpr Protocol kCam128{true, Mapping::chip_authentication, CipherAlgorithm::aes128};
constexpr Protocol kDhGm128{false, Mapping::generic, CipherAlgorithm::aes128};

TEST(PaceOffers, TheStrongestIsChosenAndAmongEquallyStrongOnesTheFirstMapping) {
    const auto chosen = [](const SecurityInfos& infos) { return choose(offers(infos))->protocol; };
    EXPECT_EQ(chosen(card_access({{kGm3Des, 13}, {kGm128, 13}})), kGm128);
    EXPECT_EQ(chosen(card_access({{kGm128, 13}, {kGm256, 17}})), kGm256);
    EXPECT_EQ(chosen(card_access({{kIm128, 13}, {kGm128, 13}, {kCam128, 13}})), kCam128);
    EXPECT_EQ(chosen(card_access({{kGm256, 13}, {kCam128, 13}})), kCam128) << "the group is the weaker part of both";
    EXPECT_EQ(chosen(card_access({{kDhGm128, 0}, {kGm128, 12}})), kGm128);
}

TEST(PaceOffers, ThePreferenceRefusesWhatItDoesNotList) {
    Preference preference;
    preference.mappings = {Mapping::generic};
    preference.ciphers = {CipherAlgorithm::aes128};
    const auto card = offers(card_access({{kCam128, 13}, {kGm3Des, 13}, {kGm128, 13}}));
    EXPECT_EQ(choose(card, preference)->protocol, kGm128);
    EXPECT_FALSE(choose(offers(card_access({{kGm3Des, 13}})), preference));
    preference.minimum_strength = 129;
    EXPECT_FALSE(choose(card, preference));
    EXPECT_FALSE(choose({}));
}

TEST(PaceOffers, WhatCanNotBeTakenIsLeftOut) {
    SecurityInfos infos = card_access({{kGm128, 0}, {kDhGm128, 13}, {kGm128, 5}, {kIm128, 10}});
    infos.pace.push_back({oid_of(kGm128), 1, 13});
    infos.pace.push_back({oid_of(kGm128), 2, std::nullopt});
    infos.pace.push_back({Oid("0.4.0.127.0.7.2.2.4.9.2"), 2, 13});
    EXPECT_TRUE(offers(infos).empty());
}

TEST(PaceOffers, ExplicitDomainParametersAreTakenWhereTheyEqualStandardizedOnes) {
    SecurityInfos infos;
    infos.pace = {{oid_of(kGm128), 2, 40}, {oid_of(kGm128), 2, 41}, {oid_of(kDhGm128), 2, 42}};
    Bytes changed = encode_explicitly(Curve::brainpool_p256r1);
    changed.back() = 2;
    infos.pace_domain_parameters = {
        {Oid("0.4.0.127.0.7.2.2.4.2"), encode_explicitly(Group(Curve::brainpool_p256r1)), 40},
        {Oid("0.4.0.127.0.7.2.2.4.2"), asn1::sequence({asn1::oid(Oid("1.2.840.10045.2.1")), changed}), 41},
        {Oid("0.4.0.127.0.7.2.2.4.1"), encode_explicitly(*standardized_domain_parameters(2)), 42}};
    const std::vector<Offer> taken = offers(infos);
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].group, Group(Curve::brainpool_p256r1));
    EXPECT_EQ(taken[0].parameter_id, 40);
    EXPECT_TRUE(taken[0].ambiguous);
    EXPECT_EQ(taken[1].group, *standardized_domain_parameters(2));
}

TEST(PaceOffers, OneSetOfDomainParametersIsNotAmbiguous) {
    for (const Offer& offer : offers(card_access({{kGm128, 13}, {kCam128, 13}}))) EXPECT_FALSE(offer.ambiguous);
}

}  // namespace
}  // namespace tahvil::pace
