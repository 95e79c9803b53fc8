#pragma once

#include <chrono>
#include <memory>

#include "apdu/access/bac.h"
#include "apdu/access/pace.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/mrz.h"
#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "crypto/protocol/mrz_information.h"

namespace tahvil::specimen_terminal {

constexpr trust::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

inline const emulator::SpecimenPki& specimen_pki() {
    static const emulator::SpecimenPki pki = emulator::SpecimenPki::make(kNow);
    return pki;
}

inline FileIdentifier identifier(lds::File file) {
    const lds::FileEntry& entry = lds::entry(file);
    return {entry.identifier, entry.short_identifier};
}

/// A terminal with a fresh specimen before it.
class Terminal {
public:
    explicit Terminal(const emulator::SpecimenOptions& options)
        : specimen_(emulator::personalise(
              emulator::specimen_person(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(kNow))),
              specimen_pki(), options, kNow)),
          wire_(*specimen_.card),
          plain_(wire_) {
        const Bytes atr = specimen_.card->atr();
        learn_capabilities(plain_, Atr::parse(atr));
    }

    SecureMessaging& open_by_pace(const pace::Password& password) {
        const Bytes card_access = read_file(plain_, identifier(lds::File::card_access));
        const auto offer = pace::choose(pace::offers(SecurityInfos::parse(card_access)));
        if (!offer) throw Error("test", "no offer of PACE");
        const pace::Established established = pace::establish(plain_, *offer, password);
        chip_identifier_ =
            terminal_authentication::chip_identifier(established.party.group(), established.party.peer_public_key());
        return secured(established.keys);
    }

    SecureMessaging& open_by_bac() {
        plain_.require(Command::select_application(lds::kApplication), "SELECT");
        const mrz::Mrz printed = emulator::mrz_of(specimen_.person);
        chip_identifier_ = terminal_authentication::chip_identifier(printed.document_number);
        const SecretBytes information =
            mrz_information(printed.document_number, printed.birth_date, printed.expiry_date);
        return secured(bac::establish(plain_, bac::AccessKeys::derive(information.view())), false);
    }

    pace::Password can() const {
        return pace::Password::typed(pace::PasswordKind::can, as_bytes(specimen_.person.card_access_number));
    }

    Bytes read(lds::File file) { return read_file(*secure_, identifier(file)); }

    Wire& wire() { return wire_; }
    CardChannel& plain() { return plain_; }
    const Bytes& chip_identifier() const { return chip_identifier_; }
    const emulator::Specimen& specimen() const { return specimen_; }

private:
    SecureMessaging& secured(SessionKeys keys, bool select = true) {
        secure_ = std::make_unique<SecureMessaging>(plain_, keys);
        if (select) secure_->require(Command::select_application(lds::kApplication), "SELECT");
        return *secure_;
    }

    emulator::Specimen specimen_;
    emulator::EmulatedWire wire_;
    CardChannel plain_;
    std::unique_ptr<SecureMessaging> secure_;
    Bytes chip_identifier_;
};

}  // namespace tahvil::specimen_terminal
