#include "pcsc/usb_inventory.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include <libusb.h>

#include "crypto/error.h"

namespace tahvil::pcsc {

namespace {

constexpr std::uint8_t kClassCcid = 0x0B;
constexpr std::uint8_t kClassVendor = 0xFF;
constexpr std::uint8_t kTypeCcid = 0x21;
constexpr std::size_t kCcidSize = 54;

// CCID 1.1, 5.1: where the fields stand in the descriptor.
constexpr std::size_t kRelease = 2;
constexpr std::size_t kMaxSlotIndex = 4;
constexpr std::size_t kVoltages = 5;
constexpr std::size_t kProtocols = 6;
constexpr std::size_t kDefaultClock = 10;
constexpr std::size_t kMaxIfsd = 28;
constexpr std::size_t kFeatures = 40;
constexpr std::size_t kMaxMessage = 44;
constexpr std::size_t kLcdLayout = 50;
constexpr std::size_t kPinSupport = 52;
constexpr std::size_t kBusySlots = 53;

constexpr std::uint32_t kLevelTpdu = 0x00010000;
constexpr std::uint32_t kLevelShortApdu = 0x00020000;
constexpr std::uint32_t kLevelExtendedApdu = 0x00040000;
constexpr std::uint32_t kLevels = 0x00070000;

// A message has a header of 10 bytes, and must carry at least the answer to reset or a PIN block.
constexpr std::uint32_t kMinMessage = 10 + 33;

constexpr std::size_t kMaxText = 256;

std::uint32_t little_endian(ByteView bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = size; i > 0; --i) number = number << 8U | bytes[at + i - 1];
    return number;
}

ExchangeLevel level_of(std::uint32_t features) {
    switch (features & kLevels) {
        case 0:
            return ExchangeLevel::character;
        case kLevelTpdu:
            return ExchangeLevel::tpdu;
        case kLevelShortApdu:
            return ExchangeLevel::short_apdu;
        case kLevelExtendedApdu:
            return ExchangeLevel::extended_apdu;
        default:
            throw MalformedData("usb.ccid_descriptor", "the CCID descriptor names more than one exchange level");
    }
}

CcidDescriptor parse(ByteView bytes) {
    CcidDescriptor ccid;
    ccid.release = static_cast<std::uint16_t>(little_endian(bytes, kRelease, 2));
    ccid.slots = bytes[kMaxSlotIndex] + 1U;
    ccid.slots_at_once = bytes[kBusySlots];
    ccid.volts_5 = (bytes[kVoltages] & 1U) != 0;
    ccid.volts_3 = (bytes[kVoltages] & 2U) != 0;
    ccid.volts_1_8 = (bytes[kVoltages] & 4U) != 0;
    const std::uint32_t protocols = little_endian(bytes, kProtocols, 4);
    ccid.t0 = (protocols & 1U) != 0;
    ccid.t1 = (protocols & 2U) != 0;
    ccid.default_clock_khz = little_endian(bytes, kDefaultClock, 4);
    ccid.max_ifsd = little_endian(bytes, kMaxIfsd, 4);
    ccid.max_message_length = little_endian(bytes, kMaxMessage, 4);
    if (ccid.max_message_length < kMinMessage) {
        throw MalformedData("usb.ccid_descriptor", "the CCID descriptor allows messages of " +
                                                       std::to_string(ccid.max_message_length) +
                                                       " bytes, which hold no command");
    }
    ccid.exchange_level = level_of(little_endian(bytes, kFeatures, 4));
    ccid.lcd_lines = bytes[kLcdLayout + 1];
    ccid.lcd_columns = bytes[kLcdLayout];
    ccid.pin_verify = (bytes[kPinSupport] & 1U) != 0;
    ccid.pin_modify = (bytes[kPinSupport] & 2U) != 0;
    return ccid;
}

struct ExitUsb {
    void operator()(libusb_context* usb) const { libusb_exit(usb); }
};
struct FreeConfiguration {
    void operator()(libusb_config_descriptor* configuration) const { libusb_free_config_descriptor(configuration); }
};

/// The list of devices, that holds a reference on each.
class Devices {
public:
    explicit Devices(libusb_context* usb) : size_(libusb_get_device_list(usb, &list_)) {}
    Devices(const Devices&) = delete;
    Devices& operator=(const Devices&) = delete;
    ~Devices() {
        if (size_ >= 0) libusb_free_device_list(list_, 1);
    }
    std::span<libusb_device*> all() const { return {list_, size_ < 0 ? 0U : static_cast<std::size_t>(size_)}; }

private:
    libusb_device** list_ = nullptr;
    ssize_t size_;
};

ByteView extra_of(const unsigned char* extra, int length) {
    return extra == nullptr || length <= 0 ? ByteView() : ByteView(extra, static_cast<std::size_t>(length));
}

/// The class descriptor belongs behind the interface; some readers have it behind the last endpoint.
std::optional<CcidDescriptor> find_in(const libusb_interface_descriptor& interface) {
    if (auto found = find_ccid_descriptor(extra_of(interface.extra, interface.extra_length))) return found;
    // Cut off in the middle, a configuration has more endpoints by number than libusb has found.
    if (interface.endpoint == nullptr) return std::nullopt;
    for (int i = 0; i < interface.bNumEndpoints; ++i) {
        const libusb_endpoint_descriptor& endpoint = interface.endpoint[i];
        if (auto found = find_ccid_descriptor(extra_of(endpoint.extra, endpoint.extra_length))) return found;
    }
    return std::nullopt;
}

/// Takes the interface in if it is a CCID one. One of the vendor's own class is when it has the descriptor.
void take_in(std::vector<UsbReader>& readers, const UsbReader& device, const libusb_interface_descriptor& interface) {
    if (interface.bInterfaceClass != kClassCcid && interface.bInterfaceClass != kClassVendor) return;
    UsbReader reader = device;
    reader.interface_number = interface.bInterfaceNumber;
    try {
        reader.ccid = find_in(interface);
        if (!reader.ccid) reader.trouble = "the interface has no CCID descriptor";
    } catch (const MalformedData& error) {
        reader.trouble = error.what();
    }
    if (interface.bInterfaceClass == kClassCcid || reader.ccid) readers.push_back(std::move(reader));
}

/// What the kernel read from the device when it was plugged in: asking the device would need the right to open it.
std::string sysfs_text(libusb_device* device, const char* attribute) {
    std::array<std::uint8_t, 7> ports{};  // the deepest chain of hubs that USB allows
    const int depth = libusb_get_port_numbers(device, ports.data(), ports.size());
    if (depth <= 0) return {};
    std::string name = std::to_string(libusb_get_bus_number(device)) + "-" + std::to_string(ports[0]);
    for (std::size_t i = 1; i < static_cast<std::size_t>(depth); ++i) name += "." + std::to_string(ports[i]);
    std::ifstream file(std::filesystem::path("/sys/bus/usb/devices") / name / attribute);
    std::string text;
    std::getline(file, text);
    text.resize(std::min(text.size(), kMaxText));
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return text;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : lower(text)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            words.back() += c;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// "Vendor Product [Interface] (serial) 00 01" in its parts; the numbers at the end count readers and slots.
struct NameParts {
    std::string model;
    std::string serial;
    unsigned slot = 0;
};

NameParts parts_of(std::string_view name) {
    NameParts parts;
    const auto is_number = [&](std::size_t at) {
        return name[at] == ' ' && std::isxdigit(static_cast<unsigned char>(name[at + 1])) != 0 &&
               std::isxdigit(static_cast<unsigned char>(name[at + 2])) != 0;
    };
    if (name.size() > 6 && is_number(name.size() - 6) && is_number(name.size() - 3)) {
        parts.slot = static_cast<unsigned>(std::stoul(std::string(name.substr(name.size() - 2)), nullptr, 16));
        name.remove_suffix(6);
    }
    if (!name.empty() && name.back() == ')') {
        if (const auto open = name.rfind(" ("); open != std::string_view::npos) {
            parts.serial = std::string(name.substr(open + 2, name.size() - open - 3));
            name = name.substr(0, open);
        }
    }
    parts.model = lower(name);
    return parts;
}

/// How many words of what the device says of itself are in the name; 0 for a stranger. A serial number decides alone.
std::size_t likeness(const NameParts& name, const UsbReader& reader) {
    if (!name.serial.empty() && !reader.serial.empty() && name.serial != reader.serial) return 0;
    const std::vector<std::string> in_name = words_of(name.model);
    const auto count = [&](std::string_view text) {
        const std::vector<std::string> words = words_of(text);
        return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [&](const std::string& word) {
            return std::find(in_name.begin(), in_name.end(), word) != in_name.end();
        }));
    };
    // The maker alone is not enough: it makes more than one model.
    const std::size_t product = count(reader.product);
    const bool same_serial = !name.serial.empty() && name.serial == reader.serial;
    if (product == 0 && !same_serial) return 0;
    return product + count(reader.manufacturer) + (same_serial ? 1000 : 0);
}

}  // namespace

std::string_view name(ExchangeLevel level) {
    switch (level) {
        case ExchangeLevel::character:
            return "character";
        case ExchangeLevel::tpdu:
            return "tpdu";
        case ExchangeLevel::short_apdu:
            return "short_apdu";
        case ExchangeLevel::extended_apdu:
            return "extended_apdu";
    }
    return "unknown";
}

std::optional<CcidDescriptor> find_ccid_descriptor(ByteView extra) {
    while (extra.size() >= 2) {
        const std::size_t length = extra[0];
        if (length < 2)
            throw MalformedData("usb.ccid_descriptor", "a descriptor of the reader is shorter than its header");
        if (length > extra.size()) {
            throw MalformedData("usb.ccid_descriptor", "a descriptor of the reader is cut off after " +
                                                           std::to_string(extra.size()) + " of " +
                                                           std::to_string(length) + " bytes");
        }
        if (extra[1] == kTypeCcid && length == kCcidSize) return parse(extra.first(length));
        if (extra[1] == kTypeCcid) {
            throw MalformedData("usb.ccid_descriptor",
                                "the CCID descriptor has " + std::to_string(length) + " bytes instead of 54");
        }
        extra = extra.subspan(length);
    }
    return std::nullopt;
}

std::vector<UsbReader> list_usb_readers() {
    std::vector<UsbReader> readers;
    libusb_context* raw = nullptr;
    // Without a bus there is nothing to list, and nothing wrong.
    if (libusb_init(&raw) != LIBUSB_SUCCESS) return readers;
    const std::unique_ptr<libusb_context, ExitUsb> usb(raw);
    const Devices devices(usb.get());
    for (libusb_device* const device : devices.all()) {
        libusb_device_descriptor about{};
        if (libusb_get_device_descriptor(device, &about) != LIBUSB_SUCCESS) continue;
        libusb_config_descriptor* found = nullptr;
        if (libusb_get_active_config_descriptor(device, &found) != LIBUSB_SUCCESS &&
            libusb_get_config_descriptor(device, 0, &found) != LIBUSB_SUCCESS) {
            continue;
        }
        const std::unique_ptr<libusb_config_descriptor, FreeConfiguration> configuration(found);
        UsbReader reader;
        reader.vendor_id = about.idVendor;
        reader.product_id = about.idProduct;
        reader.bus = libusb_get_bus_number(device);
        reader.address = libusb_get_device_address(device);
        const std::size_t before = readers.size();
        const std::size_t interfaces = configuration->interface == nullptr ? 0U : configuration->bNumInterfaces;
        for (const libusb_interface& interface : std::span(configuration->interface, interfaces)) {
            if (interface.altsetting != nullptr && interface.num_altsetting > 0) {
                take_in(readers, reader, interface.altsetting[0]);
            }
        }
        for (UsbReader& taken : std::span(readers).subspan(before)) {
            taken.manufacturer = sysfs_text(device, "manufacturer");
            taken.product = sysfs_text(device, "product");
            taken.serial = sysfs_text(device, "serial");
        }
    }
    std::sort(readers.begin(), readers.end(), [](const UsbReader& a, const UsbReader& b) {
        return std::tuple(a.bus, a.address, a.interface_number) < std::tuple(b.bus, b.address, b.interface_number);
    });
    return readers;
}

std::optional<UsbReader> find_usb_reader(std::string_view pcsc_name, const std::vector<std::string>& all_names,
                                         const std::vector<UsbReader>& readers) {
    const NameParts wanted = parts_of(pcsc_name);
    std::size_t best = 0;
    for (const UsbReader& reader : readers) best = std::max(best, likeness(wanted, reader));
    if (best == 0) return std::nullopt;

    std::vector<const UsbReader*> alike;
    for (const UsbReader& reader : readers) {
        if (likeness(wanted, reader) == best) alike.push_back(&reader);
    }
    // Of several of one make the service numbers the names in the order of finding, as we sort them by the bus.
    std::size_t position = 0;
    for (const std::string& other : all_names) {
        const NameParts parts = parts_of(other);
        if (parts.model == wanted.model && parts.serial == wanted.serial && parts.slot == wanted.slot &&
            other < pcsc_name) {
            ++position;
        }
    }
    return *alike[std::min(position, alike.size() - 1)];
}

}  // namespace tahvil::pcsc
