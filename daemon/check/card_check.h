#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "apdu/profiles/probe.h"
#include "crypto/bytes.h"
#include "crypto/random.h"
#include "daemon/check/document_check.h"
#include "daemon/check/verdict.h"
#include "daemon/reader/card_session.h"
#include "pcsc/pin_pad.h"

namespace tahvil::daemon {

/// What opens a card.
struct AccessSecrets {
    std::optional<SecretBytes> can;              ///< six digits
    std::optional<SecretBytes> mrz_information;  ///< see tahvil::mrz_information()
    std::optional<SecretBytes> pin;              ///< opens a card whose PACE has one, and proves the holder
    std::optional<SecretBytes> new_pin;          ///< with PinAct::change and PinAct::unblock
    std::optional<SecretBytes> puk;          ///< opens a card whose PACE has one; with PinAct::unblock for that alone
    std::optional<SecretBytes> fingerprint;  ///< minutiae, see apdu/access/fingerprint.h
    bool allow_last_try = false;             ///< of PIN or PUK; a card that does not tell the number has one
};

/// What BAC and PACE need of the lines of an MRZ, as they were typed. Throws InvalidInput "input.mrz" when they are
/// none, or when a check digit of a field that counts is wrong.
SecretBytes information_from_lines(std::span<const std::string_view> lines);

/// How the person who holds out the card is to be known as its holder.
enum class HolderMethod : std::uint8_t { pin, portrait, fingerprint };

/// What the holder does with the PIN. One that was set is verified too.
enum class PinAct : std::uint8_t { verify, change, unblock };

/// What is asked of the card in a reader.
struct CardCheck {
    Purpose purpose = Purpose::handover;
    AccessSecrets access;
    Expected expected;
    std::optional<HolderMethod> holder;
    PinAct pin_act = PinAct::verify;
    bool pin_pad = false;  ///< typed on the reader, and in no request
    pcsc::PadLanguage pad_language = pcsc::PadLanguage::english;
    Parts want;
    std::string nonce = {};  ///< comes back in the verdict
};

/// How far a check is.
struct Progress {
    std::string_view step;    ///< "recognise", "access", "read", "authenticate", "decide"
    std::uint64_t bytes = 0;  ///< of the files, as they are read
    std::uint64_t of = 0;     ///< 0 while nobody knows

    friend bool operator==(const Progress&, const Progress&) = default;
};

struct CardCheckResult {
    Verdict verdict;
    std::map<std::string, Bytes> files;         ///< by name ("EF.DG1"), when `want` has files
    std::optional<profiles::Probe> probe = {};  ///< in place of a verdict, see probe_card()
};

/// Runs a whole check on the card of a session, in the order of the checks, and decides.
///
/// A card that goes away, or that is reset underneath once a PIN was sent or more often than kMaxRuns allows, gives a
/// verdict whose open step is `aborted` and that holds nothing of what was read. Throws AccessDenied (a wrong CAN, MRZ
/// or PIN; a PIN that must not be tried), InvalidInput "access.secret_needed", ProtocolViolation, MalformedData and
/// LimitExceeded for a card that breaks the rules, and what a session throws (JobCancelled, DeadlinePassed, errors of
/// the reader).
class CardChecker {
public:
    static constexpr unsigned kMaxRuns = 3;

    CardChecker(Knowledge knowledge, RandomSource random, std::function<void(const Progress&)> progress);

    CardCheckResult run(CardSession& session, const CardCheck& asked, const std::string& id);

private:
    Knowledge knowledge_;
    RandomSource random_;
    std::function<void(const Progress&)> progress_;
};

}  // namespace tahvil::daemon
