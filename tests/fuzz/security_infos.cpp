#include "crypto/protocol/security_infos.h"

#include "apdu/applets/lds/data_groups.h"
#include "crypto/error.h"
#include "crypto/protocol/active_authentication.h"
#include "crypto/protocol/chip_authentication.h"
#include "crypto/protocol/domain_parameters.h"
#include "crypto/protocol/pace_protocol.h"

namespace {

using namespace tahvil;

template <typename Read>
void refuse_or_read(Read read) {
    try {
        read();
    } catch (const Error&) {
        return;
    }
}

void read_infos(ByteView encoded) {
    const SecurityInfos infos = SecurityInfos::parse(encoded);
    for (const pace::Offer& offer : pace::offers(infos)) static_cast<void>(pace::description(offer.protocol));
    for (const int version : {1, 2}) static_cast<void>(chip_authentication::offers(infos, version));
    static_cast<void>(active_authentication::stated_digest(infos));
    for (const PaceDomainParameterInfo& info : infos.pace_domain_parameters)
        refuse_or_read([&info] { static_cast<void>(info.group()); });
    // What was read is written as something that reads the same.
    const Bytes written = infos.encode();
    if (SecurityInfos::parse(written).encode() != written) __builtin_trap();
}

}  // namespace

/// Any bytes as EF.CardAccess, as EF.DG14 and as the keys of EF.DG14 and EF.DG15.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    refuse_or_read([input] { read_infos(input); });
    refuse_or_read([input] { read_infos(lds::parse_dg14(input)); });
    refuse_or_read([input] { static_cast<void>(read_agreement_key(lds::parse_dg15(input))); });
    refuse_or_read([input] {
        const PublicKey key = PublicKey::from_spki(input);
        if (PublicKey::from_spki(key.spki()) != key) __builtin_trap();
    });
    return 0;
}
