#include "pcsc/usb_inventory.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <umockdev.h>

#include "tests/unit/pcsc/ccid_descriptor.h"

namespace tahvil::pcsc {
namespace {

/// Device descriptor (USB 2.0, 9.6.1) of a device whose class is named by its interfaces.
Bytes device_descriptor(std::uint16_t vendor, std::uint16_t product) {
    const Bytes v = to_big_endian(vendor, 2);
    const Bytes p = to_big_endian(product, 2);
    return concat(
        {from_hex("12 01 00 02 00 00 00 08"), Bytes{v[1], v[0]}, Bytes{p[1], p[0]}, from_hex("00 01 01 02 03 01")});
}

/// Configuration descriptor (9.6.3) with one interface of the class and what comes behind it.
Bytes configuration(std::uint8_t interface_class, ByteView behind_interface, ByteView behind_endpoint = {}) {
    const Bytes interface = concat({from_hex("09 04 00 00 01"), Bytes{interface_class}, from_hex("00 00 00"),
                                    behind_interface, from_hex("07 05 81 02 40 00 00"), behind_endpoint});
    const Bytes total = to_big_endian(9 + interface.size(), 2);
    return concat({from_hex("09 02"), Bytes{total[1], total[0]}, from_hex("01 01 00 80 32"), interface});
}

class UsbInventoryTest : public testing::Test {
protected:
    void SetUp() override {
        const char* const preloaded = std::getenv("LD_PRELOAD");
        if (preloaded == nullptr || std::string_view(preloaded).find("libumockdev-preload") == std::string_view::npos) {
            GTEST_SKIP() << "run it by umockdev-wrapper";
        }
        bed.reset(umockdev_testbed_new());
    }

    /// What the kernel would show of a device on port `port` of bus 1.
    void plug_in(unsigned port, ByteView descriptors, const char* product = "Card Reader") {
        const std::string name = "1-" + std::to_string(port);
        const std::string number = std::to_string(port + 1);
        const std::string node = "/dev/bus/usb/001/00" + number;
        // clang-format off
        g_free(umockdev_testbed_add_device(bed.get(), "usb", name.c_str(), nullptr,
            "busnum", "1", "devnum", number.c_str(), "speed", "12", "bConfigurationValue", "1",
            "manufacturer", "Reader Maker", "product", product, "serial", "S-0042", nullptr,
            "DEVTYPE", "usb_device", "DEVNAME", node.c_str(), "BUSNUM", "001", "DEVNUM", number.c_str(), nullptr));
        // clang-format on
        const std::string path = "/sys/devices/" + name;
        Bytes bytes = to_bytes(descriptors);
        umockdev_testbed_set_attribute_binary(bed.get(), path.c_str(), "descriptors", bytes.data(),
                                              static_cast<gint>(bytes.size()));
    }

    struct Unref {
        void operator()(UMockdevTestbed* testbed) const { g_object_unref(testbed); }
    };
    std::unique_ptr<UMockdevTestbed, Unref> bed;
};

TEST_F(UsbInventoryTest, TakesAMachineWithoutUsbForOneWithoutReaders) {
    EXPECT_TRUE(list_usb_readers().empty());
}

TEST_F(UsbInventoryTest, FindsAReaderByItsClass) {
    plug_in(3, concat({device_descriptor(0x072F, 0x90CC), configuration(0x0B, contact_reader_descriptor())}));
    const auto readers = list_usb_readers();
    ASSERT_EQ(readers.size(), 1U);
    EXPECT_EQ(readers[0].vendor_id, 0x072F);
    EXPECT_EQ(readers[0].product_id, 0x90CC);
    EXPECT_EQ(readers[0].manufacturer, "Reader Maker");
    EXPECT_EQ(readers[0].product, "Card Reader");
    EXPECT_EQ(readers[0].serial, "S-0042");
    EXPECT_EQ(readers[0].bus, 1U);
    EXPECT_EQ(readers[0].address, 4U);
    ASSERT_TRUE(readers[0].ccid);
    EXPECT_EQ(readers[0].ccid->max_message_length, 271U);
    EXPECT_EQ(readers[0].trouble, "");
}

TEST_F(UsbInventoryTest, FindsADescriptorBehindTheEndpoints) {
    plug_in(1, concat({device_descriptor(1, 2), configuration(0x0B, {}, contact_reader_descriptor())}));
    const auto readers = list_usb_readers();
    ASSERT_EQ(readers.size(), 1U);
    EXPECT_TRUE(readers[0].ccid);
}

TEST_F(UsbInventoryTest, TakesAVendorClassForAReaderOnlyWithTheDescriptor) {
    plug_in(1, concat({device_descriptor(1, 2), configuration(0xFF, contact_reader_descriptor())}));
    plug_in(2, concat({device_descriptor(3, 4), configuration(0xFF, {})}));
    const auto readers = list_usb_readers();
    ASSERT_EQ(readers.size(), 1U);
    EXPECT_EQ(readers[0].vendor_id, 1);
}

TEST_F(UsbInventoryTest, LeavesOtherDevicesAlone) {
    plug_in(1, concat({device_descriptor(1, 2), configuration(0x08, {})}), "Memory Stick");
    EXPECT_TRUE(list_usb_readers().empty());
}

TEST_F(UsbInventoryTest, NamesWhatIsWrongWithAReader) {
    plug_in(1, concat({device_descriptor(1, 2), configuration(0x0B, {})}));
    plug_in(2, concat({device_descriptor(1, 3),
                       configuration(0x0B, with(contact_reader_descriptor(), 40, from_hex("0000 FF 00")))}));
    plug_in(3, concat({device_descriptor(1, 4), configuration(0x0B, from_hex("03 21 10"))}));
    const auto readers = list_usb_readers();
    ASSERT_EQ(readers.size(), 3U);
    for (const UsbReader& reader : readers) {
        EXPECT_FALSE(reader.ccid);
        EXPECT_NE(reader.trouble, "");
    }
}

TEST_F(UsbInventoryTest, SurvivesDescriptorsThatAreCutOffAnywhere) {
    const Bytes whole = concat({device_descriptor(1, 2), configuration(0x0B, contact_reader_descriptor())});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        bed.reset();
        bed.reset(umockdev_testbed_new());
        plug_in(1, ByteView(whole).first(size));
        for (const UsbReader& reader : list_usb_readers()) EXPECT_FALSE(reader.ccid) << size;
    }
}

TEST_F(UsbInventoryTest, KeepsControlCharactersOutOfNames) {
    plug_in(1, concat({device_descriptor(1, 2), configuration(0x0B, contact_reader_descriptor())}),
            "Card\x1B[31m Reader");
    const auto readers = list_usb_readers();
    ASSERT_EQ(readers.size(), 1U);
    EXPECT_EQ(readers[0].product, "Card[31m Reader");
}

}  // namespace
}  // namespace tahvil::pcsc
