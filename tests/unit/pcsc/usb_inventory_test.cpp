#include "pcsc/usb_inventory.h"

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "tests/unit/pcsc/ccid_descriptor.h"

namespace tahvil::pcsc {
namespace {

TEST(CcidDescriptor, IsReadFieldByField) {
    const auto ccid = find_ccid_descriptor(contact_reader_descriptor());
    ASSERT_TRUE(ccid);
    EXPECT_EQ(ccid->release, 0x0110);
    EXPECT_EQ(ccid->slots, 1U);
    EXPECT_EQ(ccid->slots_at_once, 1U);
    EXPECT_TRUE(ccid->volts_5 && ccid->volts_3 && ccid->volts_1_8);
    EXPECT_TRUE(ccid->t0 && ccid->t1);
    EXPECT_EQ(ccid->default_clock_khz, 4000U);
    EXPECT_EQ(ccid->max_ifsd, 254U);
    EXPECT_EQ(ccid->max_message_length, 271U);
    EXPECT_EQ(ccid->exchange_level, ExchangeLevel::tpdu);
    EXPECT_FALSE(ccid->pin_verify || ccid->pin_modify);
}

TEST(CcidDescriptor, TellsOfKeyPadAndDisplay) {
    const auto ccid = find_ccid_descriptor(with(contact_reader_descriptor(), 50, from_hex("10 02 03")));
    ASSERT_TRUE(ccid);
    EXPECT_TRUE(ccid->pin_verify && ccid->pin_modify);
    EXPECT_EQ(ccid->lcd_columns, 16U);
    EXPECT_EQ(ccid->lcd_lines, 2U);
}

TEST(CcidDescriptor, TellsTheExchangeLevels) {
    const auto level = [](std::string_view features) {
        return find_ccid_descriptor(with(contact_reader_descriptor(), 40, from_hex(features)))->exchange_level;
    };
    EXPECT_EQ(level("BA 04 00 00"), ExchangeLevel::character);
    EXPECT_EQ(level("BA 04 02 00"), ExchangeLevel::short_apdu);
    EXPECT_EQ(level("BA 04 04 00"), ExchangeLevel::extended_apdu);
    EXPECT_THROW(level("BA 04 06 00"), MalformedData);
}

TEST(CcidDescriptor, IsFoundBehindOtherDescriptors) {
    const Bytes association = from_hex("08 0B 00 01 0B 00 00 00");
    EXPECT_TRUE(find_ccid_descriptor(concat({association, contact_reader_descriptor()})));
    EXPECT_FALSE(find_ccid_descriptor(association));
    EXPECT_FALSE(find_ccid_descriptor({}));
}

TEST(CcidDescriptor, OfLyingLengthIsRefused) {
    const Bytes good = contact_reader_descriptor();
    for (std::size_t size = 2; size < good.size(); ++size) {
        EXPECT_THROW(find_ccid_descriptor(ByteView(good).first(size)), MalformedData) << size;
    }
    EXPECT_THROW(find_ccid_descriptor(with(good, 0, from_hex("00"))), MalformedData);
    EXPECT_THROW(find_ccid_descriptor(with(good, 0, from_hex("01"))), MalformedData);
    EXPECT_THROW(find_ccid_descriptor(with(good, 0, from_hex("35"))), MalformedData);
    EXPECT_THROW(find_ccid_descriptor(with(good, 0, from_hex("FF"))), MalformedData);
}

TEST(CcidDescriptor, WithMessagesThatHoldNothingIsRefused) {
    EXPECT_THROW(find_ccid_descriptor(with(contact_reader_descriptor(), 44, from_hex("00 00 00 00"))), MalformedData);
    EXPECT_THROW(find_ccid_descriptor(with(contact_reader_descriptor(), 44, from_hex("0A 00 00 00"))), MalformedData);
}

UsbReader usb(std::string manufacturer, std::string product, std::string serial, unsigned address) {
    UsbReader reader;
    reader.manufacturer = std::move(manufacturer);
    reader.product = std::move(product);
    reader.serial = std::move(serial);
    reader.bus = 1;
    reader.address = address;
    return reader;
}

unsigned address_for(std::string_view name, const std::vector<std::string>& names,
                     const std::vector<UsbReader>& readers) {
    const auto found = find_usb_reader(name, names, readers);
    return found ? found->address : 0;
}

TEST(UsbReaderByName, IsFoundByProduct) {
    const std::vector<UsbReader> readers{usb("ACS", "ACR39U ICC Reader", "", 4), usb("Generic", "USB2.0-CRW", "", 5),
                                         usb("HID Global", "OMNIKEY 5022 Smart Card Reader", "", 6)};
    const std::vector<std::string> names{"ACS ACR39U ICC Reader 00 00",
                                         "HID Global OMNIKEY 5022 Smart Card Reader 01 00"};
    EXPECT_EQ(address_for(names[0], names, readers), 4U);
    EXPECT_EQ(address_for(names[1], names, readers), 6U);
}

TEST(UsbReaderByName, IsToldApartBySerialNumber) {
    const std::vector<UsbReader> readers{usb("Maker", "Reader", "A1", 4), usb("Maker", "Reader", "B2", 5)};
    const std::vector<std::string> names{"Maker Reader (B2) 00 00", "Maker Reader [CCID Interface] (A1) 01 00"};
    EXPECT_EQ(address_for(names[0], names, readers), 5U);
    EXPECT_EQ(address_for(names[1], names, readers), 4U);
    EXPECT_EQ(address_for("Maker Reader (C3) 02 00", names, readers), 0U);
}

TEST(UsbReaderByName, GoesInTurnWhenThereAreTwoOfAKind) {
    const std::vector<UsbReader> readers{usb("Maker", "Reader", "", 4), usb("Maker", "Reader", "", 5)};
    const std::vector<std::string> names{"Maker Reader 00 00", "Maker Reader 01 00"};
    EXPECT_EQ(address_for(names[0], names, readers), 4U);
    EXPECT_EQ(address_for(names[1], names, readers), 5U);
}

TEST(UsbReaderByName, IsOneForBothSlotsOfADevice) {
    const std::vector<UsbReader> readers{usb("Maker", "Reader", "", 4)};
    const std::vector<std::string> names{"Maker Reader 00 00", "Maker Reader 00 01"};
    EXPECT_EQ(address_for(names[0], names, readers), 4U);
    EXPECT_EQ(address_for(names[1], names, readers), 4U);
}

TEST(UsbReaderByName, IsNoneForAStranger) {
    const std::vector<UsbReader> readers{usb("Maker", "Reader", "", 4), usb("", "", "", 5)};
    for (const std::string_view name : {"Virtual PCD 00 00", "", ")", " 00 00", "(", "Maker Scanner 00 00"}) {
        EXPECT_EQ(address_for(name, {std::string(name)}, readers), 0U) << name;
    }
    EXPECT_EQ(address_for("Maker Reader 00 00", {}, {}), 0U);
}

}  // namespace
}  // namespace tahvil::pcsc
