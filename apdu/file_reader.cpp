#include "apdu/file_reader.h"

#include <algorithm>
#include <optional>
#include <string>

#include "apdu/error.h"
#include "apdu/tlv.h"

namespace tahvil {

namespace {

constexpr tlv::Tag kDiscretionaryData = 0x53;
constexpr std::size_t kDiscretionaryHeader = 4;  // the greatest header of DO'53' around an answer
constexpr std::size_t kMaxReads = 8192;          // a card that gives single bytes is stalling
constexpr std::size_t kHeaderProbe = 8;          // holds the header of any data object

bool is_end(StatusWord status) {
    return status == sw::end_of_file || status == sw::wrong_offset;
}

/// The card has the file or not, but does not know short identifiers here: worth a SELECT.
bool wants_select(StatusWord status) {
    return status == sw::wrong_parameters || status == sw::function_not_supported || status == sw::wrong_offset ||
           status == sw::instruction_not_supported || status == sw::command_not_allowed;
}

bool nothing_read(const Response& response) {
    return response.data.empty() && (is_end(response.status) || response.status == sw::wrong_length);
}

class FileReader {
public:
    FileReader(Channel& card, const ReadOptions& options)
        : card_(card),
          options_(options),
          step_(options.read_limit == 0 ? card.limits().response_data
                                        : std::min(options.read_limit, card.limits().response_data)) {}

    Bytes read(FileIdentifier file) {
        name_ = "READ BINARY of file " + to_hex(to_big_endian(file.identifier, 2));
        if (file.short_identifier != 0 && start(first_step(), file.short_identifier)) return finish();
        const Response selected = card_.transmit(Command::select_file(file.identifier));
        if (!selected.status.ok())
            throw CardRefused("SELECT of file " + to_hex(to_big_endian(file.identifier, 2)), selected.status);
        return read_selected();
    }

    Bytes read_selected() {
        if (!start(first_step(), 0)) throw CardRefused(name_, last_);
        return finish();
    }

private:
    std::size_t first_step() const {
        return options_.extent == FileExtent::data_object ? step_ : std::min(step_, options_.max_bytes);
    }

    /// Reads from offset 0. False when the card wants the file selected first.
    bool start(std::size_t length, std::uint8_t short_identifier) {
        const auto command = [&](std::size_t count) {
            return short_identifier == 0 ? Command::read_binary(0, count)
                                         : Command::read_binary_short(short_identifier, 0, count);
        };
        Response response = card_.transmit(command(length));
        if (nothing_read(response) && length > Command::kMaxShortExpected) {
            card_.step_down();
            step_ = std::min(step_, card_.limits().response_data);
            length = step_;
            response = card_.transmit(command(length));
        }
        if (nothing_read(response) && options_.extent == FileExtent::data_object && length > kHeaderProbe) {
            // Some cards refuse to be asked for more than a file has, in place of answering with what there is.
            length = kHeaderProbe;
            response = card_.transmit(command(length));
        }
        last_ = response.status;
        if (short_identifier != 0 && response.data.empty() && wants_select(response.status)) return false;
        take(std::move(response), length);
        return true;
    }

    void take(Response response, std::size_t asked) {
        if (!response.status.ok() && !is_end(response.status)) throw CardRefused(name_, response.status);
        if (response.data.size() > asked)
            throw ProtocolViolation("card.too_much", name_ + ": the card sent more than was asked for");
        at_end_ = is_end(response.status) || response.data.empty();
        append(file_, response.data);
    }

    Bytes finish() {
        if (options_.extent == FileExtent::end_of_file) {
            while (!at_end_) {
                if (file_.size() > options_.max_bytes)
                    throw LimitExceeded("file.too_large", name_ + ": the file has more than " +
                                                              std::to_string(options_.max_bytes) + " bytes");
                advance(step_);
            }
            return std::move(file_);
        }
        const std::optional<std::size_t> size = tlv::object_size(file_);
        if (!size) throw MalformedData("file.malformed", name_ + ": the file does not begin with a data object");
        if (*size > options_.max_bytes)
            throw LimitExceeded("file.too_large", name_ + ": the file says it has " + std::to_string(*size) + " bytes");
        report(*size);
        file_.reserve(*size);
        while (file_.size() < *size) {
            if (at_end_)
                throw ProtocolViolation("file.truncated", name_ + ": the file ends after " +
                                                              std::to_string(file_.size()) + " of " +
                                                              std::to_string(*size) + " bytes");
            advance(std::min(step_, *size - file_.size()));
            report(*size);
        }
        file_.resize(*size);  // some files are padded behind their data object
        return std::move(file_);
    }

    void advance(std::size_t length) {
        if (++reads_ > kMaxReads)
            throw ProtocolViolation("card.stalling", name_ + ": the card gives the file in crumbs");
        const std::size_t offset = file_.size();
        if (offset <= Command::kMaxOffset) {
            take(card_.transmit(Command::read_binary(offset, length)), length);
            return;
        }
        const std::size_t room = std::min(step_, length + kDiscretionaryHeader);
        Response response = card_.transmit(Command::read_binary(offset, room));
        if (!response.data.empty()) {
            tlv::Cursor cursor(response.data);
            const ByteView content = cursor.read(kDiscretionaryData);
            if (!cursor.at_end()) throw ProtocolViolation("card.too_much", name_ + ": bytes behind DO'53'");
            response.data = to_bytes(content);
        }
        take(std::move(response), length);
    }

    void report(std::size_t size) const {
        if (options_.progress) options_.progress(std::min(file_.size(), size), size);
    }

    Channel& card_;
    const ReadOptions& options_;
    std::size_t step_;
    std::string name_ = "READ BINARY";
    Bytes file_;
    StatusWord last_;
    std::size_t reads_ = 0;
    bool at_end_ = false;
};

}  // namespace

Bytes read_file(Channel& card, FileIdentifier file, const ReadOptions& options) {
    return FileReader(card, options).read(file);
}

Bytes read_selected_file(Channel& card, const ReadOptions& options) {
    return FileReader(card, options).read_selected();
}

}  // namespace tahvil
