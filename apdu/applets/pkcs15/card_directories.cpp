#include "apdu/applets/pkcs15/card_directories.h"

#include "apdu/error.h"

namespace tahvil::pkcs15 {

namespace {

constexpr std::size_t kMaxDirectories = 16;
constexpr std::size_t kLargestDirectory = 8192;

bool is_wanted(DirectoryKind kind) {
    switch (kind) {
        case DirectoryKind::certificates:
        case DirectoryKind::trusted_certificates:
        case DirectoryKind::useful_certificates:
        case DirectoryKind::private_keys:
        case DirectoryKind::authentication_objects:
            return true;
        default:
            return false;
    }
}

void take(Listing& listing, DirectoryKind kind, ByteView content) {
    const auto add = [](auto& all, auto more) { all.insert(all.end(), more.begin(), more.end()); };
    if (kind == DirectoryKind::private_keys) {
        add(listing.keys, parse_private_keys(content));
    } else if (kind == DirectoryKind::authentication_objects) {
        add(listing.passwords, parse_passwords(content));
    } else {
        add(listing.certificates, parse_certificates(content));
    }
}

}  // namespace

CardDirectories read_directories(certificate_card::CardFiles& files, const profiles::Profile& kind,
                                 ByteView object_directory, const certificate_card::CardFiles::Progress& progress) {
    CardDirectories found;
    std::vector<Directory> directories;
    try {
        directories = parse_object_directory(object_directory);
    } catch (const MalformedData&) {
        found.malformed.insert("object_directory");
    }
    std::size_t count = 0;
    for (const Directory& directory : directories) {
        if (!is_wanted(directory.kind) || directory.path.identifiers.empty() || count == kMaxDirectories) continue;
        profiles::File file;
        file.name = "directory_" + std::to_string(++count);
        file.application = kind.applications.front().name;
        file.path = directory.path.identifiers;
        file.extent = profiles::Extent::end;
        file.max_bytes = kLargestDirectory;
        try {
            const Bytes& content = found.files[file.name] = files.read(file, progress);
            take(found.listing, directory.kind, content);
        } catch (const CardRefused&) {
            found.refused.insert(file.name);
        } catch (const MalformedData&) {
            found.malformed.insert(file.name);
        }
    }
    const auto& certificates = found.listing.certificates;
    for (std::size_t i = 0; i < certificates.size(); ++i)
        if (!certificates[i].value.empty()) found.files[certificate_name(i)] = certificates[i].value;
    return found;
}

}  // namespace tahvil::pkcs15
