#include "apdu/applets/certificate_card/card_files.h"

#include <algorithm>

#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "apdu/profiles/recognition.h"
#include "apdu/tlv.h"

namespace tahvil::certificate_card {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr std::uint8_t kGlobalPlatform = 0x80;  // class of GET DATA for its two-byte tags
constexpr tlv::Tag kDiscretionaryData = 0x53;

/// Whether the card does not take a SELECT in this form, whatever it selects.
bool is_unknown_form(StatusWord status) {
    return status == sw::wrong_parameters || status == sw::function_not_supported || status == sw::wrong_offset;
}

}  // namespace

CardFiles::CardFiles(Channel& card, const profiles::Profile& profile, const profiles::Application& selected)
    : card_(card), profile_(profile), current_(&selected), seen_{&selected} {}

void CardFiles::select(const profiles::Application& application) {
    if (current_ == &application) return;
    const StatusWord status = profiles::select(card_, profile_, application);
    if (!status.ok()) {
        if (std::ranges::find(seen_, &application) != seen_.end())
            throw ProtocolViolation("card.changed_its_mind",
                                    "the card no longer has the application that it was recognised by",
                                    "Refer the card: it is broken, or not what it seems.");
        throw CardRefused("SELECT of application " + to_hex(application.aid), status);
    }
    current_ = &application;
    seen_.push_back(&application);
    directory_.clear();
    if (profile_.has(profiles::Quirk::select_drops_login)) ++logins_;
}

void CardFiles::enter(const profiles::Application& application) {
    if (!directory_.empty()) current_ = nullptr;
    select(application);
}

void CardFiles::select_in_steps(const profiles::Application& application, const profiles::File& file) {
    const std::vector<std::uint16_t> directory(file.path.begin(), file.path.end() - 1);
    if (directory != directory_) {
        if (!directory_.empty() && (directory.empty() || directory.front() != kMasterFile)) {
            current_ = nullptr;  // the way back up is a SELECT of the application
            select(application);
        }
        for (const std::uint16_t identifier : directory) {
            const Command step = identifier == kMasterFile
                                     ? Command::select_master_file()
                                     : Command(0x00, 0xA4, 0x00, 0x0C, to_big_endian(identifier, 2));
            require_selected(step, "SELECT of " + to_hex(to_big_endian(identifier, 2)));
        }
        directory_ = directory;
    }
    require_selected(Command::select_file(file.path.back()), "SELECT of " + file.name);
}

/// Cards that only know SELECT with an answer, or an identifier without being told of what (P1 = 00), get it in that
/// form.
void CardFiles::require_selected(const Command& command, const std::string& doing) {
    StatusWord status = card_.transmit(command).status;
    if (is_unknown_form(status)) {
        const bool path = command.p1() == 0x08 || command.p1() == 0x09;
        status = card_
                     .transmit(Command(0x00, command.ins(), path ? command.p1() : std::uint8_t{0}, 0x00, command.data(),
                                       Command::kMaxShortExpected))
                     .status;
    }
    if (!status.ok() && status != sw::selected_file_deactivated) throw CardRefused(doing, status);
}

void CardFiles::select_file(const profiles::Application& application, const profiles::File& file) {
    if (application.paths_in_steps || no_paths_) {
        select_in_steps(application, file);
        return;
    }
    const bool absolute = file.path.front() == kMasterFile;
    if (!absolute && file.path.size() == 1) {
        require_selected(Command::select_file(file.path.front()), "SELECT of " + file.name);
        return;
    }
    Bytes path;
    for (const std::uint16_t identifier : file.path) {
        if (identifier != kMasterFile) append(path, to_big_endian(identifier, 2));
    }
    try {
        require_selected(absolute ? Command::select_path(path) : Command(0x00, 0xA4, 0x09, 0x0C, path),
                         "SELECT of " + file.name);
    } catch (const CardRefused& error) {
        if (!is_unknown_form(error.status())) throw;
        no_paths_ = true;
        select_in_steps(application, file);
        return;
    }
    // The directory of the file is the current one now; for the next relative path the application is selected anew.
    if (absolute) directory_ = file.path;
}

Bytes CardFiles::read_object(const profiles::File& file) {
    const bool global_platform = file.object > 0xFF && file.object <= 0xFFFF;
    const Command command = global_platform ? Command::get_data(static_cast<std::uint8_t>(file.object >> 8U),
                                                                static_cast<std::uint8_t>(file.object & 0xFFU))
                                                  .with_class(kGlobalPlatform)
                                            : Command::get_data_object(file.object, card_.limits().response_data);
    Bytes data = card_.require(command, "GET DATA of " + file.name);
    if (data.size() > file.max_bytes)
        throw LimitExceeded("file.too_large", file.name + ": the object has " + std::to_string(data.size()) + " bytes");
    if (global_platform) return data;
    tlv::Cursor cursor(data);
    const ByteView content = cursor.read(kDiscretionaryData);
    // An object that the card's issuer left empty is none.
    if (content.empty()) throw CardRefused("GET DATA of " + file.name, sw::file_not_found);
    if (!cursor.at_end()) throw ProtocolViolation("card.too_much", file.name + ": bytes behind DO'53'");
    return to_bytes(content);
}

Bytes CardFiles::read(const profiles::File& file, const Progress& progress) {
    const profiles::Application& application = *profile_.application(file.application);
    if (file.path.empty()) {
        select(application);
        return read_object(file);
    }
    // After a path from the master file the application is no longer what a path begins at.
    const bool relative = file.path.front() != kMasterFile;
    if (relative && !application.paths_in_steps && !no_paths_ && !directory_.empty()) current_ = nullptr;
    if (relative) select(application);
    select_file(application, file);
    ReadOptions options;
    options.extent = file.extent == profiles::Extent::object ? FileExtent::data_object : FileExtent::end_of_file;
    options.max_bytes = file.max_bytes;
    options.read_limit = profile_.read_limit;
    options.progress = progress;
    Bytes content = read_selected_file(card_, options);
    if (file.trim_zeros) {
        while (!content.empty() && content.back() == 0) content.pop_back();
    }
    return content;
}

}  // namespace tahvil::certificate_card
