#pragma once

#include <string>

#include "daemon/cli/arguments.h"
#include "daemon/cli/console.h"
#include "daemon/cli/exit_status.h"

namespace tahvil::cli {

/// What every verb has at hand.
struct Context {
    const Console& console;
    bool json = false;
    std::string socket;  ///< where the daemon listens
};

/// One function for each verb, in files by what they are about. They throw Error; report() says it.
/// @{
ExitStatus run(const ReadersArguments& arguments, const Context& context);
ExitStatus run(const DoctorArguments& arguments, const Context& context);
ExitStatus run(const CheckArguments& arguments, const Context& context);
ExitStatus run(const PinArguments& arguments, const Context& context);
ExitStatus run(const VerifyArguments& arguments, const Context& context);
ExitStatus run(const VerifyCertificateArguments& arguments, const Context& context);
ExitStatus run(const TrustImportArguments& arguments, const Context& context);
ExitStatus run(const TrustListArguments& arguments, const Context& context);
ExitStatus run(const TrustShowArguments& arguments, const Context& context);
ExitStatus run(const TrustStatusArguments& arguments, const Context& context);
ExitStatus run(const PartyAddArguments& arguments, const Context& context);
ExitStatus run(const PartyListArguments& arguments, const Context& context);
ExitStatus run(const PartyShowArguments& arguments, const Context& context);
ExitStatus run(const PartyRemoveArguments& arguments, const Context& context);
ExitStatus run(const IdentityCheckArguments& arguments, const Context& context);
ExitStatus run(const ProfileListArguments& arguments, const Context& context);
ExitStatus run(const ProfileShowArguments& arguments, const Context& context);
ExitStatus run(const ProfileCheckArguments& arguments, const Context& context);
ExitStatus run(const ProfileProbeArguments& arguments, const Context& context);
ExitStatus run(const TrustDecideArguments& arguments, const Context& context);
ExitStatus run(const HotListBuildArguments& arguments, const Context& context);
ExitStatus run(const HotListDeltaArguments& arguments, const Context& context);
ExitStatus run(const HotListMergeArguments& arguments, const Context& context);
ExitStatus run(const HotListVerifyArguments& arguments, const Context& context);
ExitStatus run(const HotListShowArguments& arguments, const Context& context);
ExitStatus run(const EmulateArguments& arguments, const Context& context);
ExitStatus run(const TerminalShowArguments& arguments, const Context& context);
ExitStatus run(const TerminalEnrolArguments& arguments, const Context& context);
ExitStatus run(const TerminalRenewArguments& arguments, const Context& context);
ExitStatus run(const TerminalCertifyArguments& arguments, const Context& context);
ExitStatus run(const TerminalRevokeArguments& arguments, const Context& context);
ExitStatus run(const DeliveryImportArguments& arguments, const Context& context);
ExitStatus run(const DeliveryCheckInArguments& arguments, const Context& context);
ExitStatus run(const DeliveryFindArguments& arguments, const Context& context);
ExitStatus run(const DeliveryListArguments& arguments, const Context& context);
ExitStatus run(const DeliveryShowArguments& arguments, const Context& context);
ExitStatus run(const DeliveryMoveArguments& arguments, const Context& context);
ExitStatus run(const DeliveryUncollectedArguments& arguments, const Context& context);
ExitStatus run(const DeliveryNoticesArguments& arguments, const Context& context);
ExitStatus run(const DeliveryReturnArguments& arguments, const Context& context);
ExitStatus run(const DeliveryShipmentArguments& arguments, const Context& context);
ExitStatus run(const DeliveryHandoverArguments& arguments, const Context& context);
ExitStatus run(const DeliveryDecideArguments& arguments, const Context& context);
ExitStatus run(const DeliveryReceiptArguments& arguments, const Context& context);
ExitStatus run(const InquiryArguments& arguments, const Context& context);
ExitStatus run(const ReceiptVerifyArguments& arguments, const Context& context);
ExitStatus run(const JournalShowArguments& arguments, const Context& context);
ExitStatus run(const JournalExportArguments& arguments, const Context& context);
ExitStatus run(const JournalVerifyArguments& arguments, const Context& context);
/// @}

}  // namespace tahvil::cli
