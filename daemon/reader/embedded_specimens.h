#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "apdu/emulator/specimen_terminals.h"
#include "crypto/bytes.h"
#include "crypto/random.h"
#include "daemon/config.h"
#include "daemon/reader/embedded_reader.h"

namespace tahvil::daemon {

/// Embedded readers, each with its specimen card, and what a trust store needs to know of the issuer that they share.
struct EmbeddedSpecimens {
    std::vector<std::shared_ptr<EmbeddedReader>> readers;
    Bytes country_signer;   ///< certificate, DER
    Bytes revocation_list;  ///< DER
    Bytes hot_list;
    SecretBytes hot_list_key;
    std::vector<Bytes> national_pki;  ///< root, issuing authority and the lists of both; empty without a card of theirs
    std::vector<emulator::SpecimenTerminals> terminals;  ///< who may read what cards guard; empty without such a card
};

/// Makes an issuer, and a national PKI where a card rests on one, and has them personalise a card for each reader. Keys
/// are gone when this returns, but for those of terminals. Throws InvalidInput for a person file that can not be read
/// or used.
EmbeddedSpecimens make_embedded_specimens(const std::vector<EmbeddedReaderConfig>& readers,
                                          std::chrono::sys_seconds now, const RandomSource& random);

}  // namespace tahvil::daemon
