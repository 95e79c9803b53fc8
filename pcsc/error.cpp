#include "pcsc/error.h"

#include <algorithm>
#include <array>

#include <winscard.h>

#include "apdu/error.h"
#include "crypto/bytes.h"

namespace tahvil::pcsc {

namespace {

constexpr std::string_view kRestartService = "Restart the PC/SC service: systemctl restart pcscd.";
constexpr std::string_view kStartService =
    "Start the PC/SC service: systemctl start pcscd.socket. If it is not there, install the package pcscd.";
constexpr std::string_view kReseatCard = "Take the card out, look at its contacts and its side, and put it back.";
constexpr std::string_view kReseatReader = "Unplug the reader and plug it in again.";
constexpr std::string_view kOtherProgram = "Close the other program that uses the card, then try again.";
constexpr std::string_view kReport = "This is an error in the program: report it with the log.";
constexpr std::string_view kPutCard = "Put the card into the reader.";
constexpr std::string_view kKeepCard = "Put the card back and leave it until the check has ended.";
constexpr std::string_view kWait = "Try again in a moment.";
constexpr std::string_view kPin = "Look at how many tries the PIN has left before you try again.";

constexpr ReturnCode value(long code) {
    return static_cast<ReturnCode>(code);
}

// Ordered by value. Codes of Windows that pcsclite defines but never returns are here too: a value in a log must have
// words.
constexpr std::array kMeanings{
    ReturnCodeMeaning{value(SCARD_F_INTERNAL_ERROR), "SCARD_F_INTERNAL_ERROR", "pcsc.internal",
                      "the PC/SC service failed a consistency check of its own", kRestartService, false},
    ReturnCodeMeaning{
        value(SCARD_E_CANCELLED), "SCARD_E_CANCELLED", "pcsc.cancelled", "the wait was cancelled", {}, true},
    ReturnCodeMeaning{value(SCARD_E_INVALID_HANDLE), "SCARD_E_INVALID_HANDLE", "pcsc.invalid_handle",
                      "the PC/SC service does not know this connection any more: it was restarted", kWait, true},
    ReturnCodeMeaning{value(SCARD_E_INVALID_PARAMETER), "SCARD_E_INVALID_PARAMETER", "pcsc.invalid_parameter",
                      "the PC/SC service took an argument for wrong", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_INVALID_TARGET), "SCARD_E_INVALID_TARGET", "pcsc.invalid_target",
                      "the configuration of the PC/SC service is broken", kRestartService, false},
    ReturnCodeMeaning{value(SCARD_E_NO_MEMORY), "SCARD_E_NO_MEMORY", "pcsc.no_memory",
                      "the PC/SC service is out of memory or of places for clients", kRestartService, true},
    ReturnCodeMeaning{value(SCARD_F_WAITED_TOO_LONG), "SCARD_F_WAITED_TOO_LONG", "pcsc.waited_too_long",
                      "a timer within the PC/SC service ran out", kReseatReader, true},
    ReturnCodeMeaning{value(SCARD_E_INSUFFICIENT_BUFFER), "SCARD_E_INSUFFICIENT_BUFFER", "pcsc.insufficient_buffer",
                      "the answer is longer than any answer may be", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_UNKNOWN_READER), "SCARD_E_UNKNOWN_READER", "reader.unknown",
                      "the PC/SC service knows no reader of this name", "Plug the reader in again.", true},
    ReturnCodeMeaning{
        value(SCARD_E_TIMEOUT), "SCARD_E_TIMEOUT", "pcsc.timeout", "nothing happened in the time given", {}, true},
    ReturnCodeMeaning{value(SCARD_E_SHARING_VIOLATION), "SCARD_E_SHARING_VIOLATION", "reader.in_use",
                      "another program holds the card", kOtherProgram, true},
    ReturnCodeMeaning{value(SCARD_E_NO_SMARTCARD), "SCARD_E_NO_SMARTCARD", "reader.no_card",
                      "there is no card in the reader", kPutCard, true},
    ReturnCodeMeaning{value(SCARD_E_UNKNOWN_CARD), "SCARD_E_UNKNOWN_CARD", "pcsc.unknown_card",
                      "the PC/SC service knows no card of this name", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_CANT_DISPOSE), "SCARD_E_CANT_DISPOSE", "pcsc.cannot_dispose",
                      "the reader could not reset or eject the card as asked", kReseatCard, true},
    ReturnCodeMeaning{
        value(SCARD_E_PROTO_MISMATCH), "SCARD_E_PROTO_MISMATCH", "card.protocol_mismatch",
        "the card and the reader agree on no transmission protocol, or another program chose a different one",
        kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_E_NOT_READY), "SCARD_E_NOT_READY", "reader.not_ready",
                      "the reader or the card is not ready", kWait, true},
    ReturnCodeMeaning{value(SCARD_E_INVALID_VALUE), "SCARD_E_INVALID_VALUE", "pcsc.invalid_value",
                      "the PC/SC service took a value for wrong", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_SYSTEM_CANCELLED), "SCARD_E_SYSTEM_CANCELLED", "pcsc.system_cancelled",
                      "the system cancelled the call, it is going down", kWait, true},
    ReturnCodeMeaning{value(SCARD_F_COMM_ERROR), "SCARD_F_COMM_ERROR", "pcsc.communication",
                      "the talk with the PC/SC service broke off: it stopped or crashed", kStartService, true},
    ReturnCodeMeaning{value(SCARD_F_UNKNOWN_ERROR), "SCARD_F_UNKNOWN_ERROR", "pcsc.unknown_error",
                      "the PC/SC service failed and does not know why", kRestartService, false},
    ReturnCodeMeaning{value(SCARD_E_INVALID_ATR), "SCARD_E_INVALID_ATR", "card.invalid_atr",
                      "the card's answer to reset breaks the rules", kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_E_NOT_TRANSACTED), "SCARD_E_NOT_TRANSACTED", "card.no_answer",
                      "the exchange with the card failed", kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_E_READER_UNAVAILABLE), "SCARD_E_READER_UNAVAILABLE", "reader.unavailable",
                      "the reader is not there any more", kReseatReader, true},
    ReturnCodeMeaning{value(SCARD_P_SHUTDOWN), "SCARD_P_SHUTDOWN", "pcsc.shutdown", "the PC/SC service is going down",
                      kStartService, true},
    ReturnCodeMeaning{value(SCARD_E_PCI_TOO_SMALL), "SCARD_E_PCI_TOO_SMALL", "pcsc.pci_too_small",
                      "the PC/SC service took a structure for too small", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_READER_UNSUPPORTED), "SCARD_E_READER_UNSUPPORTED", "reader.unsupported",
                      "the driver of the reader does not do what PC/SC demands",
                      "Install the driver of the maker, or take another reader.", false},
    ReturnCodeMeaning{value(SCARD_E_DUPLICATE_READER), "SCARD_E_DUPLICATE_READER", "reader.duplicate",
                      "two readers go by one name", kReseatReader, false},
    ReturnCodeMeaning{value(SCARD_E_CARD_UNSUPPORTED), "SCARD_E_CARD_UNSUPPORTED", "card.unsupported",
                      "the card does not do what PC/SC demands", kReseatCard, false},
    ReturnCodeMeaning{value(SCARD_E_NO_SERVICE), "SCARD_E_NO_SERVICE", "pcsc.no_service",
                      "the PC/SC service does not run", kStartService, true},
    ReturnCodeMeaning{value(SCARD_E_SERVICE_STOPPED), "SCARD_E_SERVICE_STOPPED", "pcsc.service_stopped",
                      "the PC/SC service has stopped", kStartService, true},
    // SCARD_E_UNEXPECTED has the same value in pcsclite.
    ReturnCodeMeaning{value(SCARD_E_UNSUPPORTED_FEATURE), "SCARD_E_UNSUPPORTED_FEATURE", "reader.feature_unsupported",
                      "the reader or its driver does not have this feature", "Take a reader that has it.", false},
    ReturnCodeMeaning{value(SCARD_E_ICC_INSTALLATION), "SCARD_E_ICC_INSTALLATION", "pcsc.icc_installation",
                      "no provider is installed for the card", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_ICC_CREATEORDER), "SCARD_E_ICC_CREATEORDER", "pcsc.icc_create_order",
                      "the order of creation is not supported", kReport, false},
    ReturnCodeMeaning{0x80100022, "SCARD_E_UNSUPPORTED_FEATURE (Windows)", "reader.feature_unsupported",
                      "the reader or its driver does not have this feature", "Take a reader that has it.", false},
    ReturnCodeMeaning{value(SCARD_E_DIR_NOT_FOUND), "SCARD_E_DIR_NOT_FOUND", "pcsc.directory_not_found",
                      "the directory is not on the card", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_FILE_NOT_FOUND), "SCARD_E_FILE_NOT_FOUND", "pcsc.file_not_found",
                      "the file is not on the card", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_NO_DIR), "SCARD_E_NO_DIR", "pcsc.no_directory",
                      "the path is no directory of the card", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_NO_FILE), "SCARD_E_NO_FILE", "pcsc.no_file", "the path is no file of the card",
                      kReport, false},
    ReturnCodeMeaning{value(SCARD_E_NO_ACCESS), "SCARD_E_NO_ACCESS", "pcsc.no_access", "access to the file is denied",
                      kReport, false},
    ReturnCodeMeaning{value(SCARD_E_WRITE_TOO_MANY), "SCARD_E_WRITE_TOO_MANY", "pcsc.card_full",
                      "the card has no room for it", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_BAD_SEEK), "SCARD_E_BAD_SEEK", "pcsc.bad_seek",
                      "the place in the file can not be reached", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_INVALID_CHV), "SCARD_E_INVALID_CHV", "pin.wrong", "the PIN is wrong", kPin, false},
    ReturnCodeMeaning{value(SCARD_E_UNKNOWN_RES_MNG), "SCARD_E_UNKNOWN_RES_MNG", "pcsc.unknown_layer",
                      "a layer below the PC/SC service failed without a known reason", kReseatReader, true},
    ReturnCodeMeaning{value(SCARD_E_NO_SUCH_CERTIFICATE), "SCARD_E_NO_SUCH_CERTIFICATE", "pcsc.no_certificate",
                      "the certificate does not exist", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_CERTIFICATE_UNAVAILABLE), "SCARD_E_CERTIFICATE_UNAVAILABLE",
                      "pcsc.certificate_unavailable", "the certificate could not be had", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_NO_READERS_AVAILABLE), "SCARD_E_NO_READERS_AVAILABLE", "reader.none",
                      "no reader is connected", "Plug a reader in.", true},
    ReturnCodeMeaning{value(SCARD_E_COMM_DATA_LOST), "SCARD_E_COMM_DATA_LOST", "card.data_lost",
                      "data was lost between the reader and the card", kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_E_NO_KEY_CONTAINER), "SCARD_E_NO_KEY_CONTAINER", "pcsc.no_key_container",
                      "the key container is not on the card", kReport, false},
    ReturnCodeMeaning{value(SCARD_E_SERVER_TOO_BUSY), "SCARD_E_SERVER_TOO_BUSY", "pcsc.busy",
                      "the PC/SC service has too much to do", kWait, true},
    ReturnCodeMeaning{value(SCARD_W_UNSUPPORTED_CARD), "SCARD_W_UNSUPPORTED_CARD", "card.unsupported",
                      "the reader can not talk to the card: its answer to reset does not fit", kReseatCard, false},
    ReturnCodeMeaning{value(SCARD_W_UNRESPONSIVE_CARD), "SCARD_W_UNRESPONSIVE_CARD", "card.mute",
                      "the card does not answer to reset", kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_W_UNPOWERED_CARD), "SCARD_W_UNPOWERED_CARD", "card.unpowered",
                      "the card has no power", kReseatCard, true},
    ReturnCodeMeaning{value(SCARD_W_RESET_CARD), "SCARD_W_RESET_CARD", "card.reset", "the card was reset",
                      kOtherProgram, true},
    ReturnCodeMeaning{value(SCARD_W_REMOVED_CARD), "SCARD_W_REMOVED_CARD", "card.removed", "the card was taken out",
                      kKeepCard, true},
    ReturnCodeMeaning{value(SCARD_W_SECURITY_VIOLATION), "SCARD_W_SECURITY_VIOLATION", "pcsc.not_permitted",
                      "the PC/SC service does not let this user in",
                      "Let the user of this program access PC/SC: a polkit rule for org.debian.pcsc-lite.access_pcsc.",
                      false},
    ReturnCodeMeaning{value(SCARD_W_WRONG_CHV), "SCARD_W_WRONG_CHV", "pin.wrong", "the PIN is wrong", kPin, false},
    ReturnCodeMeaning{value(SCARD_W_CHV_BLOCKED), "SCARD_W_CHV_BLOCKED", "pin.blocked", "the PIN is blocked",
                      "Unblock the PIN with the PUK, where the card has one.", false},
    ReturnCodeMeaning{value(SCARD_W_EOF), "SCARD_W_EOF", "pcsc.end_of_file",
                      "the end of the file on the card was reached", kReport, false},
    ReturnCodeMeaning{value(SCARD_W_CANCELLED_BY_USER), "SCARD_W_CANCELLED_BY_USER", "pin.cancelled",
                      "the holder pressed cancel", "Ask the holder to try again.", true},
    ReturnCodeMeaning{value(SCARD_W_CARD_NOT_AUTHENTICATED), "SCARD_W_CARD_NOT_AUTHENTICATED", "pin.missing",
                      "no PIN was presented", kPin, false},
};

constexpr bool by_value(const ReturnCodeMeaning& a, const ReturnCodeMeaning& b) {
    return a.value < b.value;
}
static_assert(std::is_sorted(kMeanings.begin(), kMeanings.end(), by_value));

constexpr ReturnCodeMeaning kUnknown{0,
                                     "unknown",
                                     "pcsc.unknown_code",
                                     "the PC/SC service gave a return code that it does not define",
                                     kRestartService,
                                     false};

std::string hexadecimal(ReturnCode code) {
    return "0x" + to_hex(to_big_endian(code, sizeof code));
}

std::string sentence(std::string_view doing, std::string_view words, std::string_view symbol, ReturnCode code) {
    std::string text;
    text.append(doing)
        .append(": ")
        .append(words)
        .append(" (")
        .append(symbol)
        .append(" ")
        .append(hexadecimal(code))
        .append(")");
    return text;
}

}  // namespace

const ReturnCodeMeaning& meaning_of(ReturnCode code) {
    const auto* found = std::lower_bound(kMeanings.begin(), kMeanings.end(), code,
                                         [](const ReturnCodeMeaning& m, ReturnCode v) { return m.value < v; });
    return found != kMeanings.end() && found->value == code ? *found : kUnknown;
}

PcscError::PcscError(const std::string& doing, ReturnCode return_code)
    : PcscError(doing, return_code, meaning_of(return_code)) {}

PcscError::PcscError(const std::string& doing, ReturnCode return_code, const ReturnCodeMeaning& meaning)
    : Error(std::string(meaning.code), sentence(doing, meaning.words, meaning.symbol, return_code),
            std::string(meaning.remedy)),
      return_code_(return_code),
      try_again_(meaning.try_again) {}

void check(long return_value, std::string_view doing_view) {
    if (return_value == SCARD_S_SUCCESS) return;
    const auto code = static_cast<ReturnCode>(return_value);
    const std::string doing(doing_view);
    // The library widens some codes with their sign, hence the comparison of 32 bits.
    switch (code) {
        case value(SCARD_W_REMOVED_CARD):
            throw CardGone(doing + ": " + std::string(meaning_of(code).words));
        case value(SCARD_W_RESET_CARD):
            throw CardReset(doing + ": " + std::string(meaning_of(code).words));
        case value(SCARD_E_NO_SERVICE):
        case value(SCARD_E_SERVICE_STOPPED):
        case value(SCARD_F_COMM_ERROR):
        case value(SCARD_E_INVALID_HANDLE):
        case value(SCARD_P_SHUTDOWN):
            throw ServiceUnavailable(doing, code);
        case value(SCARD_E_UNKNOWN_READER):
        case value(SCARD_E_READER_UNAVAILABLE):
        case value(SCARD_E_NO_READERS_AVAILABLE):
            throw ReaderUnavailable(doing, code);
        case value(SCARD_E_SHARING_VIOLATION):
            throw SharingViolation(doing, code);
        case value(SCARD_E_NO_SMARTCARD):
            throw NoCardInReader(doing, code);
        case value(SCARD_W_UNRESPONSIVE_CARD):
        case value(SCARD_W_UNPOWERED_CARD):
        case value(SCARD_W_UNSUPPORTED_CARD):
        case value(SCARD_E_CARD_UNSUPPORTED):
        case value(SCARD_E_PROTO_MISMATCH):
        case value(SCARD_E_INVALID_ATR):
            throw CardUnusable(doing, code);
        case value(SCARD_E_CANCELLED):
            throw WaitCancelled(doing, code);
        case value(SCARD_E_TIMEOUT):
            throw WaitTimedOut(doing, code);
        case value(SCARD_E_UNSUPPORTED_FEATURE):
            throw FeatureUnsupported(doing, code);
        default:
            throw PcscError(doing, code);
    }
}

}  // namespace tahvil::pcsc
