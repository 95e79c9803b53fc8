#include <ostream>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/cli/hot_list_text.h"
#include "daemon/cli/verbs.h"
#include "daemon/text/country.h"
#include "daemon/trust/mapped_file.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

ExitStatus run(const HotListShowArguments& arguments, const Context& context) {
    print_hot_list(context, arguments.file);
    return ExitStatus::done;
}

ExitStatus run(const HotListVerifyArguments& arguments, const Context& context) {
    const Console& console = context.console;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const daemon::LoadedTrust trust = daemon::load_trust(arguments.trust, now);
    const daemon::MappedFile file = daemon::map_file(arguments.file);
    trust::HotListSigner signer;
    std::string whole;
    std::string issuer;
    if (trust::is_hot_list_delta(file.bytes)) {
        const trust::HotListDelta delta = trust::HotListDelta::parse(file.bytes);
        signer = trust::judge_hot_list_signer(delta.signature, delta.info, *trust.store);
        issuer = delta.info.issuer;
        whole = "delta";  // what it leads to is judged by `merge`
    } else {
        const trust::HotList list = trust::HotList::open(file.bytes, file.owner);
        signer = trust::judge_hot_list_signer(list.signature(), list.info(), *trust.store);
        issuer = list.info().issuer;
        try {
            list.require_whole();
            whole = "whole";
        } catch (const MalformedData& error) {
            signer = {false, "body_changed", error.what(), {}, {}};
        }
    }
    if (signer.genuine && !daemon::same_country(issuer, signer.country))
        signer = {false, "country_differs", "the list is of " + issuer + ", its signer of " + signer.country, {}, {}};
    const bool unknown = signer.reason == "issuer_unknown";
    if (context.json) {
        console.out << boost::json::serialize(boost::json::object{{"genuine", signer.genuine},
                                                                  {"reason", signer.reason},
                                                                  {"words", signer.words},
                                                                  {"signer", signer.signer},
                                                                  {"file", whole}})
                    << '\n';
    } else if (signer.genuine) {
        console.out << console.say(Message::hot_list_genuine, {harmless(signer.signer)}) << '\n';
        print_hot_list(context, arguments.file);
    } else {
        console.out << console.paint(Colour::bad, console.say(Message::hot_list_refused)) << ' '
                    << harmless(signer.words.empty() ? signer.reason : signer.words) << '\n';
    }
    if (signer.genuine) return ExitStatus::done;
    return unknown ? ExitStatus::referred : ExitStatus::rejected;
}

}  // namespace tahvil::cli
