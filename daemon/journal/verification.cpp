#include "daemon/journal/verification.h"

#include <algorithm>
#include <cstring>
#include <istream>
#include <map>
#include <utility>

#include "crypto/error.h"
#include "crypto/merkle_tree.h"
#include "daemon/journal/export_format.h"
#include "daemon/journal/journal.h"

namespace tahvil::daemon {

namespace {

Check finding(std::string id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::move(id), result, std::move(reason), std::move(detail)};
}

/// Lines of a stream, none longer than an entry may be, read in large pieces.
class Lines {
public:
    explicit Lines(std::istream& in) : in_(in), buffer_(kPiece) {}

    /// Nothing at the end, or at a line that is too long or without its end.
    std::optional<std::string_view> next() {
        while (true) {
            const char* const begin = buffer_.data() + begin_;
            if (const void* const end = std::memchr(begin, '\n', end_ - begin_)) {
                const std::string_view line(begin, static_cast<std::size_t>(static_cast<const char*>(end) - begin));
                begin_ += line.size() + 1;
                return line.size() > kMaxJournalEntry ? std::nullopt : std::optional(line);
            }
            if (end_ - begin_ > kMaxJournalEntry || !in_) return std::nullopt;
            std::memmove(buffer_.data(), begin, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
            in_.read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
            end_ += static_cast<std::size_t>(in_.gcount());
            if (in_.gcount() == 0) return std::nullopt;
        }
    }

    /// All that is left, of which no more is wanted than a note may be long.
    std::string rest() {
        std::string text(buffer_.data() + begin_, end_ - begin_);
        std::string more(signed_note::kMaxNote + 1, '\0');
        in_.read(more.data(), static_cast<std::streamsize>(more.size()));
        return text + more.substr(0, static_cast<std::size_t>(in_.gcount()));
    }

private:
    static constexpr std::size_t kPiece = std::size_t{1024} * 1024;
    std::istream& in_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// The checkpoint in a note, with what there is to say of its signature.
std::pair<Check, std::optional<signed_note::Checkpoint>> open_checkpoint(
    std::string id, const std::string& text, std::span<const signed_note::VerifierKey> known) {
    if (known.empty()) return {finding(std::move(id), Result::undetermined, "no_key"), std::nullopt};
    try {
        const signed_note::Opened opened = signed_note::open(text, known);
        if (opened.result == signed_note::Result::unknown_key)
            return {finding(std::move(id), Result::failed, "unknown_key"), std::nullopt};
        if (opened.result == signed_note::Result::bad_signature)
            return {finding(std::move(id), Result::failed, "bad_signature"), std::nullopt};
        const signed_note::Checkpoint checkpoint = signed_note::Checkpoint::parse(opened.text);
        Details detail{{"origin", checkpoint.origin}, {"size", std::to_string(checkpoint.size)}};
        return {finding(std::move(id), Result::passed, {}, std::move(detail)), checkpoint};
    } catch (const MalformedData&) {
        return {finding(std::move(id), Result::failed, "not_a_checkpoint"), std::nullopt};
    }
}

struct Walked {
    Check structure;
    std::uint64_t size = 0;
    merkle::Hash root{};
    std::map<std::uint64_t, merkle::Hash> roots;  // at the sizes that were asked for
    std::string head;
};

Walked walk(std::istream& exported, const std::map<std::uint64_t, merkle::Hash>& wanted) {
    Walked walked;
    walked.roots = wanted;
    const std::string id = "journal.structure";
    Lines lines(exported);
    if (lines.next() != kExportFormat) {
        walked.structure = finding(id, Result::failed, "not_an_export");
        return walked;
    }
    merkle::Frontier tree;
    const auto note_root = [&] {
        if (const auto found = walked.roots.find(tree.size()); found != walked.roots.end()) found->second = tree.root();
    };
    note_root();
    walked.structure = finding(id, Result::passed);
    while (true) {
        const std::optional<std::string_view> line = lines.next();
        if (!line) {
            walked.structure = finding(id, Result::failed, "entry", {{"position", std::to_string(tree.size())}});
            break;
        }
        if (line->empty()) {
            walked.head = lines.rest();
            break;
        }
        // The first that is out of place is the one to name; hashing goes on, so that the other checks can tell.
        if (walked.structure.passed() && !line->starts_with(entry_beginning(tree.size())))
            walked.structure = finding(id, Result::failed, "position", {{"position", std::to_string(tree.size())}});
        tree.append(merkle::leaf_hash(as_bytes(*line)));
        note_root();
    }
    walked.size = tree.size();
    walked.root = tree.root();
    return walked;
}

}  // namespace

bool JournalVerification::passed() const {
    return std::ranges::all_of(checks, [](const Check& check) {
        return check.passed() || (check.id == "journal.consistency" && check.result == Result::not_performed);
    });
}

JournalVerification verify_journal(std::istream& exported, std::span<const signed_note::VerifierKey> known,
                                   std::span<const std::string> earlier_checkpoints) {
    std::vector<std::pair<Check, std::optional<signed_note::Checkpoint>>> earlier;
    std::map<std::uint64_t, merkle::Hash> wanted;
    for (const std::string& text : earlier_checkpoints) {
        earlier.push_back(open_checkpoint("journal.consistency", text, known));
        if (const auto& checkpoint = earlier.back().second) wanted[checkpoint->size] = {};
    }
    const Walked walked = walk(exported, wanted);

    JournalVerification verification;
    verification.checks.push_back(walked.structure);
    auto [signature, head] = open_checkpoint("journal.checkpoint", walked.head, known);
    verification.checks.push_back(std::move(signature));
    verification.head = head;

    const std::string id = "journal.entries";
    const Details counted{{"entries", std::to_string(walked.size)}};
    if (!head)
        verification.checks.push_back(finding(id, Result::not_performed, "no_checkpoint", counted));
    else if (walked.size < head->size)
        verification.checks.push_back(finding(id, Result::failed, "truncated", counted));
    else if (walked.size > head->size)
        verification.checks.push_back(finding(id, Result::failed, "surplus", counted));
    else if (walked.root != head->root)
        verification.checks.push_back(finding(id, Result::failed, "changed", counted));
    else
        verification.checks.push_back(finding(id, Result::passed, {}, counted));

    for (auto& [check, checkpoint] : earlier) {
        if (checkpoint) {
            if (head && checkpoint->origin != head->origin)
                check = finding(check.id, Result::failed, "other_journal", check.detail);
            else if (checkpoint->size > walked.size)
                check = finding(check.id, Result::failed, "rolled_back", check.detail);
            else if (walked.roots.at(checkpoint->size) != checkpoint->root)
                check = finding(check.id, Result::failed, "changed", check.detail);
        }
        verification.checks.push_back(std::move(check));
    }
    if (earlier.empty())
        verification.checks.push_back(finding("journal.consistency", Result::not_performed, "no_earlier_checkpoint"));
    return verification;
}

}  // namespace tahvil::daemon
