#include "crypto/signed_note.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"
#include "crypto/error.h"

namespace tahvil::signed_note {
namespace {

// The example of golang.org/x/mod/sumdb/note: a key, the text and the note.
const std::string kPublishedSeed = "BgoUAtUUbI2E8kQzPUBX4ivnNuF/NnH2JS/F1ccoMXM=";
const std::string kPublishedKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kPublishedText =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const std::string kPublishedNote =
    kPublishedText +
    "\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

struct Pair {
    std::unique_ptr<Signer> signer = signer_in_memory(PrivateKey::generate_ed25519());
    VerifierKey key{"office.example/12", signer->public_key()};
};

TEST(SignedNote, OpensThePublishedExample) {
    const VerifierKey key = VerifierKey::parse(kPublishedKey);
    EXPECT_EQ(key.name(), "PeterNeumann");
    EXPECT_EQ(key.text(), kPublishedKey);
    const Opened opened = open(kPublishedNote, std::vector{key});
    EXPECT_EQ(opened.result, Result::verified);
    EXPECT_EQ(opened.text, kPublishedText);
    EXPECT_EQ(opened.names, std::vector<std::string>{"PeterNeumann"});
}

TEST(SignedNote, OpensWhatAnotherImplementationSigned) {
    // The example of the Elixir package signed_note.
    const VerifierKey key = VerifierKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    const std::string note =
        "This is an example message.\n\n\u2014 example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    EXPECT_EQ(open(note, std::vector{key}).result, Result::verified);
}

TEST(SignedNote, WritesWhatItOpens) {
    const Pair pair;
    const std::string note = sign("first\n\nsecond: \u062a\u062d\u0648\u06cc\u0644\n", pair.key.name(), *pair.signer);
    const Opened opened = open(note, std::vector{VerifierKey::parse(pair.key.text())});
    EXPECT_EQ(opened.result, Result::verified);
    EXPECT_EQ(opened.text, "first\n\nsecond: \u062a\u062d\u0648\u06cc\u0644\n");
}

TEST(SignedNote, AnyOtherTextIsNotWhatWasSigned) {
    const Pair pair;
    const std::string note = sign("size 12\n", pair.key.name(), *pair.signer);
    std::string changed = note;
    changed[5] = '2';
    const Opened opened = open(changed, std::vector{pair.key});
    EXPECT_EQ(opened.result, Result::bad_signature);
    EXPECT_TRUE(opened.text.empty());
}

TEST(SignedNote, AStrangersSignatureCountsForNothing) {
    const Pair pair;
    const Pair stranger;
    const std::string by_stranger = sign("text\n", stranger.key.name(), *stranger.signer);
    EXPECT_EQ(open(by_stranger, std::vector{pair.key}).result, Result::unknown_key);
    EXPECT_EQ(open(by_stranger, {}).result, Result::unknown_key);
    const std::string both =
        sign("text\n", pair.key.name(), *pair.signer) + by_stranger.substr(by_stranger.find("\u2014"));
    EXPECT_EQ(open(both, std::vector{pair.key}).result, Result::verified);
    EXPECT_EQ(open(both, std::vector{pair.key}).names.size(), 1U);
}

TEST(SignedNote, OneWrongSignatureOfAKnownKeySpoilsTheNote) {
    const Pair pair;
    const std::string good = sign("text\n", pair.key.name(), *pair.signer);
    const std::string other = sign("other\n", pair.key.name(), *pair.signer);
    EXPECT_EQ(open(good + other.substr(other.find("\u2014")), std::vector{pair.key}).result, Result::bad_signature);
}

TEST(SignedNote, RefusesWhatIsNone) {
    const Pair pair;
    const std::string line = "\u2014 name AAAAAAA=\n";
    const std::vector<std::string> bad{std::string(),
                                       std::string("text\n"),
                                       std::string("text\n\n"),
                                       "text\n" + line,
                                       "text\n\n- name AAAAAAA=\n",
                                       std::string("text\n\n\u2014 name AAAAAAA="),
                                       std::string("text\n\n\u2014 name AAAA\n"),
                                       std::string("text\n\n\u2014 na+me AAAAAAA=\n"),
                                       std::string("text\n\n\u2014  AAAAAAA=\n"),
                                       std::string("text\n\n\u2014 na\u00a0me AAAAAAA=\n"),
                                       "te\txt\n\n" + line,
                                       "te\xC0\x80xt\n\n" + line,
                                       "te\xED\xA0\x80xt\n\n" + line,
                                       "te\xF4\x90\x80\x80xt\n\n" + line,
                                       "te\xE2\x80\n\n" + line,
                                       "text\n\n" + [&] {
                                           std::string lines;
                                           for (std::size_t i = 0; i <= kMaxSignatures; ++i) lines += line;
                                           return lines;
                                       }()};
    for (const std::string& note : bad) EXPECT_THROW(open(note, std::vector{pair.key}), MalformedData) << note;
    EXPECT_THROW(open(std::string(kMaxNote, 'x') + "\n\n" + line, {}), MalformedData);
}

TEST(SignedNote, IsNotMadeOfWhatCouldNotBeReadBack) {
    const Pair pair;
    for (const std::string& text :
         {std::string(), std::string("no newline"), std::string("tab\t\n"), std::string("\xFF\n")})
        EXPECT_THROW(sign(text, pair.key.name(), *pair.signer), InvalidInput) << text;
    for (const std::string& name :
         {std::string(), std::string("a b"), std::string("a+b"), std::string("a\nb"), std::string("a\u3000b")})
        EXPECT_THROW(sign("text\n", name, *pair.signer), InvalidInput) << name;
    EXPECT_THROW(sign("text\n", "name", *signer_in_memory(PrivateKey::generate_ec(Curve::secp256r1))), CryptoError);
}

TEST(VerifierKey, IsReadOnlyWithItsOwnHash) {
    const Pair pair;
    const std::string text = pair.key.text();
    EXPECT_EQ(VerifierKey::parse(text).key(), pair.key.key());
    std::string other = text;
    other.front() = 'p';
    EXPECT_THROW(VerifierKey::parse(other), MalformedData);
    for (const std::string_view bad : {"", "name", "name+00000000", "name+00000000+AAAA", "name++"})
        EXPECT_THROW(VerifierKey::parse(bad), MalformedData) << bad;
}

TEST(Checkpoint, IsWrittenAndReadAsTheExampleOfItsSpecification) {
    // c2sp.org/tlog-checkpoint
    const std::string text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const Checkpoint checkpoint = Checkpoint::parse(text);
    EXPECT_EQ(checkpoint.origin, "example.com/behind-the-sofa");
    EXPECT_EQ(checkpoint.size, 20852163U);
    EXPECT_EQ(checkpoint.text(), text);
}

TEST(Checkpoint, RefusesEverythingElse) {
    const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    for (const std::string& text :
         {std::string(), std::string("o\n1\n"), "o\n01\n" + root, "o\n-1\n" + root, "o\n+1\n" + root, "o\n1 \n" + root,
          "o\n\n" + root, "\n1\n" + root, "o\n99999999999999999999\n" + root, "o\n1\n" + root + "extension\n",
          "o\n1\n" + root.substr(4), "o\n1\n" + root.substr(0, root.size() - 1)})
        EXPECT_THROW(Checkpoint::parse(text), MalformedData) << text;
    EXPECT_THROW((Checkpoint{"two\nlines", 1, {}}.text()), InvalidInput);
}

}  // namespace
}  // namespace tahvil::signed_note
