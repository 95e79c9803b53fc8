#include "apdu/emulator/file_commands.h"

#include <algorithm>
#include <array>

#include "apdu/tlv.h"

namespace tahvil::emulator {

namespace {

namespace instruction {
constexpr std::uint8_t select = 0xA4;
constexpr std::uint8_t read_binary = 0xB0;
constexpr std::uint8_t read_binary_odd = 0xB1;
constexpr std::uint8_t get_data = 0xCA;
constexpr std::uint8_t get_data_odd = 0xCB;
}  // namespace instruction

constexpr std::uint16_t kMasterFile = 0x3F00;
constexpr tlv::Tag kOffset = 0x54;
constexpr tlv::Tag kDiscretionaryData = 0x53;
constexpr tlv::Tag kTagList = 0x5C;
constexpr tlv::Tag kFileControlInformation = 0x6F;
constexpr tlv::Tag kFileControlParameters = 0x62;
constexpr tlv::Tag kSize = 0x80;
constexpr tlv::Tag kDescriptor = 0x82;
constexpr tlv::Tag kIdentifier = 0x83;
constexpr tlv::Tag kName = 0x84;
constexpr tlv::Tag kShortIdentifier = 0x88;
constexpr std::uint8_t kTransparentFile = 0x01;
constexpr std::uint8_t kDirectory = 0x38;

/// Rights without which a file does not even let itself be selected.
constexpr Rights kToSelect = right::access | right::mutual_authentication | right::read_fingerprints | right::read_iris;

std::uint16_t two_bytes(std::uint8_t high, std::uint8_t low) {
    return static_cast<std::uint16_t>(high << 8U | low);
}

Bytes describe(const DedicatedFile& directory) {
    Bytes content = tlv::encode(kDescriptor, std::array{kDirectory});
    if (directory.identifier != 0) append(content, tlv::encode(kIdentifier, to_big_endian(directory.identifier, 2)));
    if (!directory.name.empty()) append(content, tlv::encode(kName, directory.name));
    return content;
}

Bytes describe(const ElementaryFile& file) {
    Bytes content = tlv::encode(kSize, to_big_endian(file.content.size(), file.content.size() > 0xFFFF ? 3 : 2));
    append(content, tlv::encode(kDescriptor, std::array{kTransparentFile}));
    append(content, tlv::encode(kIdentifier, to_big_endian(file.identifier, 2)));
    if (file.short_identifier != 0)
        append(content,
               tlv::encode(kShortIdentifier, std::array{static_cast<std::uint8_t>(file.short_identifier << 3U)}));
    return content;
}

/// What SELECT answers with, by bits 4 and 3 of P2.
Response selected(ByteView description, std::uint8_t p2) {
    switch (p2 & 0x0CU) {
        case 0x00:
            return {tlv::encode(kFileControlInformation, description), sw::ok};
        case 0x04:
            return {tlv::encode(kFileControlParameters, description), sw::ok};
        case 0x0C:
            return status_only(sw::ok);
        default:
            return status_only(sw::wrong_parameters);  // file management data, which no file here has
    }
}

Response selected_directory(const Session& session, std::uint8_t p2) {
    return selected(describe(session.selection.directory()), p2);
}

Response select_file(Session& session, std::uint16_t identifier, std::uint8_t p2) {
    const ElementaryFile* const file = session.selection.directory().find(identifier);
    if (file == nullptr) return status_only(sw::file_not_found);
    if (!session.may(file->to_read & kToSelect)) return status_only(sw::security_status_not_satisfied);
    session.selection.select_file(file);
    return selected(describe(*file), p2);
}

/// Goes down a path of identifiers, whose last one may be an EF.
Response select_path(Session& session, ByteView path, bool from_master_file, std::uint8_t p2) {
    if (path.empty() || path.size() % 2 != 0) return status_only(sw::wrong_data);
    const Selection before = session.selection;
    if (from_master_file) session.selection.select_master_file();
    for (; path.size() > 2; path = path.subspan(2))
        if (!session.selection.descend(two_bytes(path[0], path[1]))) {
            session.selection = before;
            return status_only(sw::file_not_found);
        }
    const std::uint16_t last = two_bytes(path[0], path[1]);
    if (session.selection.descend(last)) return selected_directory(session, p2);
    Response response = select_file(session, last, p2);
    if (!response.status.ok()) session.selection = before;
    return response;
}

Response select(const Command& command, Session& session) {
    if ((command.p2() & 0xF3U) != 0) {  // only the first or only occurrence
        const bool next = (command.p2() & 0xF3U) == 0x02;
        return status_only(next ? sw::file_not_found : sw::wrong_parameters);
    }
    const ByteView data = command.data();
    switch (command.p1()) {
        case 0x00: {  // MF, DF or EF by identifier
            if (data.empty() || equal(data, to_big_endian(kMasterFile, 2))) {
                session.selection.select_master_file();
                return selected_directory(session, command.p2());
            }
            if (data.size() != 2) return status_only(sw::wrong_data);
            const std::uint16_t identifier = two_bytes(data[0], data[1]);
            if (session.selection.descend(identifier)) return selected_directory(session, command.p2());
            return select_file(session, identifier, command.p2());
        }
        case 0x01:
            if (data.size() != 2) return status_only(sw::wrong_data);
            if (!session.selection.descend(two_bytes(data[0], data[1]))) return status_only(sw::file_not_found);
            return selected_directory(session, command.p2());
        case 0x02:
            if (data.size() != 2) return status_only(sw::wrong_data);
            return select_file(session, two_bytes(data[0], data[1]), command.p2());
        case 0x03:
            if (!data.empty()) return status_only(sw::wrong_data);
            if (!session.selection.ascend()) return status_only(sw::file_not_found);
            return selected_directory(session, command.p2());
        case 0x04:
            if (data.empty() || data.size() > 16) return status_only(sw::wrong_data);
            if (!session.selection.select_application(data)) return status_only(sw::file_not_found);
            return selected_directory(session, command.p2());
        case 0x08:
            return select_path(session, data, true, command.p2());
        case 0x09:
            return select_path(session, data, false, command.p2());
        default:
            return status_only(sw::wrong_parameters);
    }
}

/// Finds the file, makes it current, and checks that it may be read.
StatusWord open_file(Session& session, const ElementaryFile* file) {
    if (file == nullptr) return sw::file_not_found;
    if (!session.may(file->to_read)) return sw::security_status_not_satisfied;
    session.selection.select_file(file);
    return sw::ok;
}

StatusWord open_current(Session& session) {
    return session.selection.file() == nullptr ? sw::command_not_allowed : open_file(session, session.selection.file());
}

/// How much of the content from `offset` on a READ BINARY for `expected` bytes gives, and with which status word.
struct Piece {
    ByteView bytes;
    StatusWord status;
};

Piece piece_of(const ElementaryFile& file, std::size_t offset, std::size_t expected, std::size_t room, bool all) {
    if (offset >= file.content.size()) return {{}, sw::wrong_offset};
    const std::size_t left = file.content.size() - offset;
    const ByteView bytes = ByteView(file.content).subspan(offset, std::min({expected, left, room}));
    // With an Le of zeros as much as there is was asked for (11.3.3); otherwise the end came too early.
    return {bytes, !all && expected > left && bytes.size() == left ? sw::end_of_file : sw::ok};
}

bool asks_for_all(std::size_t expected) {
    return expected == Command::kMaxShortExpected || expected == Command::kMaxExpected;
}

Response read_binary(const Command& command, Session& session) {
    if (!command.data().empty()) return status_only(sw::wrong_length);
    if (command.expected() == 0) return status_only(sw::wrong_length);
    StatusWord status;
    std::size_t offset = 0;
    if ((command.p1() & 0x80U) != 0) {
        if ((command.p1() & 0x60U) != 0) return status_only(sw::wrong_parameters);
        status = open_file(session, session.selection.directory().find_short(command.p1() & 0x1FU));
        offset = command.p2();
    } else {
        status = open_current(session);
        offset = two_bytes(command.p1(), command.p2());
    }
    if (!status.ok()) return status_only(status);
    const Piece piece = piece_of(*session.selection.file(), offset, command.expected(), session.response_room,
                                 asks_for_all(command.expected()));
    return {to_bytes(piece.bytes), piece.status};
}

Response read_binary_odd(const Command& command, Session& session) {
    constexpr std::size_t kShortestObject = 3;  // DO'53' with one byte
    const std::uint16_t reference = two_bytes(command.p1(), command.p2());
    const DedicatedFile& directory = session.selection.directory();
    const auto opened = [&] {
        if (reference == 0) return open_current(session);
        const bool short_identifier = reference <= 30;
        return open_file(session, short_identifier ? directory.find_short(static_cast<std::uint8_t>(reference))
                                                   : directory.find(reference));
    }();
    if (!opened.ok()) return status_only(opened);
    tlv::Cursor cursor(command.data());
    const ByteView number = cursor.read(kOffset);
    if (!cursor.at_end() || number.empty() || number.size() > 4) return status_only(sw::wrong_data);
    const std::size_t room = std::min(command.expected(), session.response_room);
    if (room < kShortestObject) return status_only(sw::wrong_length);
    const bool all = asks_for_all(command.expected());
    // The expected length counts the header of DO'53' too, which grows with the content.
    const std::size_t header = room - 2 < 0x80 ? 2 : room - 3 <= 0xFF ? 3 : room - 4 <= 0xFFFF ? 4 : 5;
    const Piece piece = piece_of(*session.selection.file(), static_cast<std::size_t>(from_big_endian(number)),
                                 room - header, room - header, all);
    if (piece.status == sw::wrong_offset) return status_only(piece.status);
    return {tlv::encode(kDiscretionaryData, piece.bytes), piece.status};
}

Response give(const Session& session, std::uint32_t tag) {
    for (const DedicatedFile* from : {&session.selection.directory(), &session.selection.master_file()}) {
        const auto found = from->data_objects.find(tag);
        if (found == from->data_objects.end()) continue;
        if (!session.may(found->second.to_read)) return status_only(sw::security_status_not_satisfied);
        return {found->second.content, sw::ok};
    }
    return status_only(sw::referenced_data_not_found);
}

Response get_data_odd(const Command& command, const Session& session) {
    if (two_bytes(command.p1(), command.p2()) != 0x3FFF) return status_only(sw::wrong_parameters);
    tlv::Cursor cursor(command.data());
    const ByteView tag = cursor.read(kTagList);
    if (!cursor.at_end() || tag.empty() || tag.size() > 4) return status_only(sw::wrong_data);
    return give(session, static_cast<std::uint32_t>(from_big_endian(tag)));
}

}  // namespace

std::optional<Response> FileCommands::answer(const Command& command, Session& session, Tally& /*tally*/) {
    // Of the proprietary class only GET DATA, as GlobalPlatform cards have it.
    if ((command.cla() & 0x80U) != 0 && command.ins() != instruction::get_data) return std::nullopt;
    switch (command.ins()) {
        case instruction::select:
            return select(command, session);
        case instruction::read_binary:
            return read_binary(command, session);
        case instruction::read_binary_odd:
            return read_binary_odd(command, session);
        case instruction::get_data:
            return give(session, two_bytes(command.p1(), command.p2()));
        case instruction::get_data_odd:
            return get_data_odd(command, session);
        default:
            return std::nullopt;
    }
}

}  // namespace tahvil::emulator
