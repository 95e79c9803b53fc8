#include "crypto/error.h"
#include "daemon/cli/hot_list_text.h"
#include "daemon/cli/output_file.h"
#include "daemon/cli/verbs.h"
#include "daemon/trust/mapped_file.h"

namespace tahvil::cli {

ExitStatus run(const HotListDeltaArguments& arguments, const Context& context) {
    const daemon::MappedFile from = daemon::map_file(arguments.from);
    const daemon::MappedFile to = daemon::map_file(arguments.to);
    const trust::HotList before = trust::HotList::open(from.bytes, from.owner);
    const trust::HotList after = trust::HotList::open(to.bytes, to.owner);
    before.require_whole();
    after.require_whole();
    if (before.info().issuer != after.info().issuer || before.info().key_id != after.info().key_id ||
        before.info().sequence >= after.info().sequence) {
        throw InvalidInput("input.hot_list_order", "the second list does not follow the first",
                           "Name the earlier list first; both must be of one issuer and one key.");
    }
    OutputFile out(arguments.out);
    out.write(trust::build_hot_list_delta(before, after));
    out.finish();
    print_hot_list(context, arguments.out);
    return ExitStatus::done;
}

ExitStatus run(const HotListMergeArguments& arguments, const Context& context) {
    std::filesystem::path base = arguments.base;
    for (const auto& path : arguments.deltas) {
        const daemon::MappedFile list = daemon::map_file(base);
        const daemon::MappedFile delta = daemon::map_file(path);
        OutputFile out(arguments.out);
        trust::merge(trust::HotList::open(list.bytes, list.owner), trust::HotListDelta::parse(delta.bytes),
                     [&out](ByteView piece) { out.write(piece); });
        out.finish();
        base = arguments.out;  // the next delta follows what this one led to
    }
    print_hot_list(context, arguments.out);
    return ExitStatus::done;
}

}  // namespace tahvil::cli
