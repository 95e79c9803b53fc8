#include "daemon/check/card_access.h"

#include <algorithm>
#include <utility>

#include "apdu/access/bac.h"
#include "apdu/applets/eid.h"
#include "apdu/applets/lds/file.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "daemon/check/terminal_check.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kPace = "access.pace";
constexpr std::string_view kBac = "access.bac";
constexpr int kEidVersion = 2;                     // of terminal authentication
constexpr std::size_t kDatesWithCheckDigits = 14;  // at the end of the MRZ information

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

FileIdentifier identifier(lds::File file) {
    return {lds::entry(file).identifier, lds::entry(file).short_identifier};
}

/// A file of the MF that may be missing, which cards say in several ways.
std::optional<Bytes> read_if_there(Channel& card, lds::File file) {
    try {
        return read_file(card, identifier(file));
    } catch (const CardRefused&) {
        return std::nullopt;
    }
}

InvalidInput secret_needed(const std::string& which) {
    return {"access.secret_needed", "the card can only be read with " + which,
            "Type the number from the front of the card, or the machine readable zone from its back."};
}

/// EF.CardAccess from the MF. Another program may have left the card elsewhere.
std::optional<SecurityInfos> read_card_access(CardChannel& card) {
    std::optional<Bytes> file = read_if_there(card, lds::File::card_access);
    if (!file && card.transmit(Command::select_master_file()).status.ok()) {
        file = read_if_there(card, lds::File::card_access);
    }
    if (!file) return std::nullopt;
    try {
        return SecurityInfos::parse(*file);
    } catch (const MalformedData&) {
        std::throw_with_nested(MalformedData("card_access.malformed", "EF.CardAccess can not be understood",
                                             "Refer the card: its files are damaged or not those of an issuer."));
    }
}

std::optional<pace::Password> password_for_pace(const AccessSecrets& secrets) {
    if (secrets.can) return pace::Password::typed(pace::PasswordKind::can, secrets.can->view());
    if (secrets.mrz_information) return pace::Password::mrz(secrets.mrz_information->view());
    return std::nullopt;
}

bool selects_application(Channel& card) {
    return card.transmit(Command::select_application(lds::kApplication)).status.ok();
}

class Opener {
public:
    Opener(CardChannel& card, const Opening& opening) : card_(card), opening_(opening), secrets_(opening.secrets) {
        opened_.plain = &card;
    }

    OpenedCard open() {
        opening_.step("recognise");
        opened_.card_access = read_card_access(card_);
        const bool offers_pace = opened_.card_access && !opened_.card_access->pace.empty();
        if (opened_.card_access) opened_.offer = pace::choose(pace::offers(*opened_.card_access));
        if (asks_for_terminal())
            opened_.terminal = choose_terminal(opening_.terminals, cv::authentication_terminal(), {});
        if (opened_.offer && open_with_pace()) {
            recognise(*opened_.secure);
            return std::move(opened_);
        }
        if (offers_pace && !opening_.may_fall_back_to_bac) {
            // The card is known by what it offers; how, is beyond this program or refused by the card.
            opened_.checks.push_back(
                check(kPace, Result::undetermined, opened_.offer ? "refused_by_card" : "no_known_offer"));
            opened_.checks.push_back(check(kBac, Result::not_performed, "downgrade_refused_by_policy"));
            recognise(card_);
            opened_.recognised = false;
            return std::move(opened_);
        }
        if (offers_pace) note(opened_.deviations, DeviationCode::access_bac_beside_pace, "EF.CardAccess offers PACE");
        recognise(card_);
        if (opened_.recognised) open_without_pace(offers_pace);
        return std::move(opened_);
    }

private:
    /// EF.CardAccess of a card with the eID application (TR-03110-3, A.1.1.3).
    bool asks_for_terminal() const {
        return opened_.card_access && std::ranges::find(opened_.card_access->terminal_authentication, kEidVersion,
                                                        &TerminalAuthenticationInfo::version) !=
                                          opened_.card_access->terminal_authentication.end();
    }

    /// Back in the MF, where EF.CardSecurity is.
    bool recognise_eid(Channel& channel) {
        if (!asks_for_terminal() || !channel.transmit(Command::select_application(eid::kApplication)).status.ok())
            return false;
        channel.require(Command::select_master_file(), "SELECT of the MF");
        opened_.checks.push_back(check("chip.recognised", Result::passed, {}, {{"profile", "npa"}}));
        return true;
    }

    void recognise(Channel& channel) {
        // Cards that have both give what is in the LDS to inspection systems only.
        opened_.eid = opened_.secure && recognise_eid(channel);
        if (opened_.eid) return;
        opened_.recognised = selects_application(channel);
        opened_.checks.push_back(opened_.recognised
                                     ? check("chip.recognised", Result::passed, {}, {{"profile", "icao-lds1"}})
                                     : check("chip.recognised", Result::undetermined, "no_known_application"));
    }

    /// False when the card does not do what it offers.
    bool open_with_pace() {
        opening_.step("access");
        std::string_view secret = "pin";
        try {
            opened_.pin_proved = establish_with_pin();
            if (!opened_.pin_proved && establish_with_puk()) {
                secret = "puk";
            } else if (!opened_.pin_proved) {
                const auto password = password_for_pace(secrets_);
                if (!password) throw secret_needed("the CAN or the MRZ");
                secret = secrets_.can ? "can" : "mrz";
                establish(*password);
            }
        } catch (const CardRefused&) {
            opened_.secure.reset();
            return false;
        }
        const pace::Offer& offer = *opened_.offer;
        note_cipher(offer.protocol.cipher);
        opened_.checks.push_back(
            check(kPace, Result::passed, {},
                  {{"protocol", pace::description(offer.protocol)}, {"secret", std::string{secret}}}));
        opened_.checks.push_back(check(kBac, Result::not_performed, "opened_with_pace"));
        if (!opened_.pace->chip_authentication_data.empty()) {
            opened_.card_security = read_if_there(*opened_.secure, lds::File::card_security);
        }
        return true;
    }

    /// False when no PIN is to be tried: the caller has none, or the card does no PACE with it.
    bool establish_with_pin() {
        using pace::PasswordKind;
        if (!secrets_.pin) return false;
        const auto state = pace::query(card_, *opened_.offer, PasswordKind::pin);
        if (!state) return false;
        if (*state == pace::PasswordState::one_try_left) resume_pin();
        opening_.pin_sent = true;
        establish(pace::Password::typed(PasswordKind::pin, secrets_.pin->view()));
        return true;
    }

    /// False when no PUK is to be tried. One whose tries are counted is treated like a PIN, and one that the card has
    /// blocked is not sent.
    bool establish_with_puk() {
        using pace::PasswordKind;
        if (!secrets_.puk || !pace::query(card_, *opened_.offer, PasswordKind::puk)) return false;
        opening_.pin_sent = true;
        establish(pace::Password::typed(PasswordKind::puk, secrets_.puk->view()));
        return true;
    }

    /// TR-03110-2, 3.3: a PIN with one try left is suspended until PACE was done with the CAN.
    void resume_pin() {
        if (!secrets_.allow_last_try)
            throw AccessDenied("access.last_try", "one try is left for the PIN, which was not spent",
                               "Let the holder be sure of the PIN, then allow the last try and give the CAN too.");
        if (!secrets_.can)
            throw AccessDenied("access.pin_suspended", "the PIN is suspended: its last try was not spent",
                               "Give the CAN too, which the card asks for before the last try.");
        establish(pace::Password::typed(pace::PasswordKind::can, secrets_.can->view()));
    }

    /// Over secure messaging where there is some already.
    void establish(const pace::Password& password) {
        pace::Options options;
        options.random = opening_.random;
        if (opened_.terminal && password.kind() != pace::PasswordKind::mrz)
            options.holder_authorisation = opened_.terminal->certificate.authorization.encode();
        options.allow_last_try = secrets_.allow_last_try;
        opened_.pace = pace::establish(opened_.channel(), *opened_.offer, password, options);
        if (opened_.pace->wanted_parameters)
            note(opened_.deviations, DeviationCode::access_mse_without_reference_accepted,
                 "taken only with the reference, although the card offers no choice");
        const pace::Party& party = opened_.pace->party;
        opened_.chip_identifier = terminal_authentication::chip_identifier(party.group(), party.peer_public_key());
        if (opened_.secure) {
            opened_.secure->restart(opened_.pace->keys);
        } else {
            opened_.secure = std::make_unique<SecureMessaging>(card_, opened_.pace->keys);
        }
    }

    void open_without_pace(bool offers_pace) {
        opening_.step("access");
        opened_.checks.push_back(offers_pace ? check(kPace, Result::not_performed, "opened_with_bac")
                                             : check(kPace, Result::undetermined, "not_offered"));
        if (!secrets_.mrz_information) {
            require_open();
            opened_.checks.push_back(check(kBac, Result::undetermined, "card_is_open"));
            return;
        }
        const bac::AccessKeys keys = bac::AccessKeys::derive(secrets_.mrz_information->view());
        try {
            opened_.secure = std::make_unique<SecureMessaging>(card_, bac::establish(card_, keys, opening_.random));
        } catch (const CardRefused&) {
            require_open();
            opened_.checks.push_back(check(kBac, Result::undetermined, "not_supported_by_card"));
            return;
        }
        // Doc 9303-11, 7.1.2: the document number with its check digit, as the key is derived from it.
        const ByteView information = secrets_.mrz_information->view();
        opened_.chip_identifier = to_bytes(information.first(information.size() - kDatesWithCheckDigits));
        note_cipher(CipherAlgorithm::two_key_triple_des);
        opened_.checks.push_back(check(kBac, Result::passed));
    }

    /// One byte of EF.SOD tells whether the card gives its files to everybody.
    void require_open() {
        const Response response =
            card_.transmit(Command::read_binary_short(lds::entry(lds::File::security_object).short_identifier, 0, 1));
        if (!response.status.ok() && response.status != sw::end_of_file) throw secret_needed("the MRZ");
    }

    void note_cipher(CipherAlgorithm cipher) {
        if (cipher == CipherAlgorithm::two_key_triple_des) {
            note(opened_.deviations, DeviationCode::algorithm_triple_des, "secure messaging");
        }
    }

    CardChannel& card_;
    const Opening& opening_;
    const AccessSecrets& secrets_;
    OpenedCard opened_;
};

bool names(const SecurityInfos& infos, const PaceInfo& used) {
    return std::ranges::any_of(infos.pace, [&](const PaceInfo& info) {
        return info.protocol == used.protocol && info.parameter_id == used.parameter_id;
    });
}

}  // namespace

Channel& OpenedCard::channel() const {
    if (secure) return *secure;
    return *plain;
}

OpenedCard open_card(CardChannel& card, const Opening& opening) {
    return Opener{card, opening}.open();
}

void confirm_access(std::vector<Check>& checks, Deviations& deviations, const OpenedCard& card,
                    const SecurityInfos* data_group_14, bool listed) {
    const auto found = std::ranges::find(checks, kPace, &Check::id);
    if (found == checks.end()) return;
    const bool named = data_group_14 != nullptr && !data_group_14->pace.empty();
    if (found->passed()) {
        if (named && !names(*data_group_14, card.offer->info)) {
            found->result = Result::undetermined;
            found->reason = "card_access_differs";
        }
        return;
    }
    if (card.card_access && !card.card_access->pace.empty()) return;
    if (named) {
        found->reason = "offer_hidden";
        note(deviations, DeviationCode::access_bac_beside_pace, "EF.DG14 names PACE, EF.CardAccess does not");
    } else if (!listed || data_group_14 != nullptr) {
        found->result = Result::not_supported;
        found->reason = "not_in_signed_data";
    }
}

}  // namespace tahvil::daemon
