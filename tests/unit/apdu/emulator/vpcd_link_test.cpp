#include "apdu/emulator/vpcd_link.h"

#include <future>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/error.h"

namespace tahvil::emulator {
namespace {

/// The other end: listens on a port of its own and speaks as vpcd does, length and body apart.
class FakeVpcd {
public:
    FakeVpcd() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
    }
    ~FakeVpcd() {
        hang_up();
        ::close(listener_);
    }
    std::uint16_t port() const { return port_; }
    void accept() { connection_ = ::accept(listener_, nullptr, nullptr); }
    void hang_up() {
        if (connection_ >= 0) ::close(connection_);
        connection_ = -1;
    }
    void send(std::string_view hex) const {
        const Bytes body = from_hex(hex);
        send_raw(to_big_endian(body.size(), 2));
        send_raw(body);
    }
    void send_raw(ByteView bytes) const {
        EXPECT_EQ(::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    }
    /// What one receive gives: a whole message, if it was written at once.
    std::string receive() const {
        Bytes bytes(70'000);
        const ssize_t size = ::recv(connection_, bytes.data(), bytes.size(), 0);
        bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return to_hex(bytes);
    }
    bool closed_by_the_other_side() const {
        std::uint8_t byte = 0;
        return ::recv(connection_, &byte, 1, 0) == 0;
    }

private:
    int listener_;
    int connection_ = -1;
    std::uint16_t port_ = 0;
};

/// Answers with the command's own bytes and how often it was reset.
class EchoCard final : public Card {
public:
    Bytes atr() const override { return from_hex("3B 00"); }
    WireLimits limits() const override { return {}; }
    void reset() override { ++resets_; }
    Bytes respond(ByteView command) override {
        if (command.size() == 2) throw CardGone("gone");
        if (command.size() == 3) throw CardReset("reset");
        return concat({command, Bytes{resets_, 0x90, 0x00}});
    }

private:
    std::uint8_t resets_ = 0;
};

class VpcdLinkTest : public testing::Test {
protected:
    void SetUp() override {
        link_ = std::make_unique<VpcdLink>("127.0.0.1", vpcd_.port());
        vpcd_.accept();
        ended_ = std::async(std::launch::async, [this] { return link_->serve(card_, stop_.get_token()); });
    }
    void TearDown() override {
        stop_.request_stop();
        if (ended_.valid()) ended_.wait();
    }

    FakeVpcd vpcd_;
    EchoCard card_;
    std::stop_source stop_;
    std::unique_ptr<VpcdLink> link_;
    std::future<VpcdLink::Ended> ended_;
};

TEST_F(VpcdLinkTest, AnswersForTheCardInOneWrite) {
    vpcd_.send("04");
    EXPECT_EQ(vpcd_.receive(), "00023B00");
    vpcd_.send("01");
    vpcd_.send("00 A4 00 0C");
    EXPECT_EQ(vpcd_.receive(), "000700A4000C029000");
    vpcd_.send("02");
    vpcd_.send("00");
    vpcd_.send("00 A4 00 0C");
    EXPECT_EQ(vpcd_.receive(), "000700A4000C049000");
    vpcd_.send("");    // nothing: no answer
    vpcd_.send("07");  // one byte that means nothing to a reader is the card's
    EXPECT_EQ(vpcd_.receive(), "000407049000");
}

TEST_F(VpcdLinkTest, TakesMessagesInAnyPieces) {
    for (const char* const byte : {"00", "04", "00", "A4", "00", "0C"}) vpcd_.send_raw(from_hex(byte));
    EXPECT_EQ(vpcd_.receive(), "000700A4000C019000");
}

TEST_F(VpcdLinkTest, StopsWhenAskedEvenWithinAMessage) {
    vpcd_.send_raw(from_hex("00 10 00 A4"));
    stop_.request_stop();
    EXPECT_EQ(ended_.get(), VpcdLink::Ended::stopped);
}

TEST_F(VpcdLinkTest, EndsWhenTheOtherSideHangsUp) {
    vpcd_.hang_up();
    EXPECT_EQ(ended_.get(), VpcdLink::Ended::closed);
}

TEST_F(VpcdLinkTest, EndsWhenTheCardIsTakenOut) {
    vpcd_.send("00 A4");
    EXPECT_EQ(ended_.get(), VpcdLink::Ended::removed);
    link_.reset();
    EXPECT_TRUE(vpcd_.closed_by_the_other_side());
}

TEST_F(VpcdLinkTest, EndsWhenTheCardLosesPower) {
    vpcd_.send("00 A4 00");
    EXPECT_EQ(ended_.get(), VpcdLink::Ended::removed);
}

TEST(VpcdLink, SaysWhereNobodyAnswers) {
    std::uint16_t port = 0;
    { port = FakeVpcd().port(); }
    try {
        VpcdLink("127.0.0.1", port);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), "vpcd.unreachable");
    }
}

}  // namespace
}  // namespace tahvil::emulator
