#include "daemon/provider/card_authentication.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "daemon/api/listening_socket.h"
#include "daemon/provider/reference_provider.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;
using Gives = ReferenceProvider::Gives;

constexpr int kLongEnough = 10'000;  // milliseconds
const Bytes kIssuerKey = from_hex("000102030405060708090A0B0C0D0E0F");
const trust::Time kNow = std::chrono::sys_days(2026y / 11 / 22) + 9h;
const auto kPerson = emulator::specimen_person(2026y / 11 / 22);

emulator::NationalCard make_card() {
    emulator::NationalCardOptions options;
    options.issuer_key = SecretBytes(kIssuerKey);
    static const auto pki = emulator::NationalPki::make(kNow);
    return emulator::personalise_irn_nid(kPerson, pki, options, kNow);
}

class CardAuthenticationTest : public testing::Test {
protected:
    CardAuthenticationTest() {
        std::string name = (std::filesystem::temp_directory_path() / "tahvil-provider-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        settings.socket = folder_ / "provider.sock";
        settings.answer_time = 5s;
    }
    ~CardAuthenticationTest() override {
        if (server_) server_->stop();
        if (thread_.joinable()) thread_.join();
        server_.reset();
        std::filesystem::remove_all(folder_);
    }

    void serve(Gives gives, ByteView issuer_key = kIssuerKey) {
        provider_.emplace(SecretBytes(issuer_key), gives);
        listening_.emplace(settings.socket, std::nullopt);
        server_.emplace(listening_->release(), *provider_, api::Limits{}, log_);
        thread_ = std::thread([this] { server_->run(); });
    }

    /// A provider that takes one connection and does this with it.
    void pretend(std::function<void(int socket)> act) {
        listening_.emplace(settings.socket, std::nullopt);
        thread_ = std::thread([act = std::move(act), listener = listening_->release()] {
            pollfd entry{listener, POLLIN, 0};
            EXPECT_EQ(::poll(&entry, 1, kLongEnough), 1);
            const int socket = ::accept(listener, nullptr, nullptr);
            act(socket);
            ::close(socket);
            ::close(listener);
        });
    }
    void finish_pretending() {
        thread_.join();
        listening_.reset();
    }
    static void answer(int socket, std::string_view text) {
        std::array<char, 4096> request{};
        EXPECT_GT(::recv(socket, request.data(), request.size(), 0), 0);
        EXPECT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }

    /// The personal data, as far as one comes.
    Bytes read_personal_data() {
        channel.require(Command::select_application(emulator::kMavId), "SELECT");
        channel.require(Command::select_directory(0x0200), "SELECT of a DF");
        channel.require(Command::verify(0x01, from_hex("313233343536FFFF")), "VERIFY");
        const auto secure = authenticate_card(channel, identity, settings);
        secure->require(Command::select_file(0x0201), "SELECT of a file");
        return read_selected_file(*secure, {.extent = FileExtent::end_of_file, .read_limit = 0xF8});
    }
    std::string failure() {
        return thrown_code([this] { read_personal_data(); });
    }

    emulator::NationalCard card = make_card();
    emulator::EmulatedWire wire{*card.card};
    CardChannel channel{wire};
    CardIdentity identity{"irn-nid/0001", std::string(as_text(card.values.at("serial")))};
    ProviderSettings settings;

private:
    std::filesystem::path folder_;
    Log log_{[](LogLevel, std::string_view) {}};
    std::optional<ReferenceProvider> provider_;
    std::optional<api::ListeningSocket> listening_;  // whose file goes with it
    std::optional<api::Server> server_;
    std::thread thread_;
};

TEST_F(CardAuthenticationTest, OpensTheCardWithTheKeysOfAProvider) {
    serve(Gives::keys);
    EXPECT_EQ(read_personal_data(), card.values.at("0201"));
}

TEST_F(CardAuthenticationTest, OpensTheCardThroughAProviderThatGivesNoKey) {
    serve(Gives::transforms);
    EXPECT_EQ(read_personal_data(), card.values.at("0201"));
}

TEST_F(CardAuthenticationTest, IsRefusedForACardThatTheProviderDoesNotServe) {
    serve(Gives::keys);
    identity.family = "belpic";
    EXPECT_EQ(failure(), "provider.refused");
}

TEST_F(CardAuthenticationTest, FailsAtTheCardWhenTheKeysAreNotItsOwn) {
    serve(Gives::keys, from_hex("FF"));
    EXPECT_EQ(failure(), "card.refused");
}

TEST_F(CardAuthenticationTest, NamesAProviderThatIsNotThere) {
    EXPECT_EQ(failure(), "provider.unreachable");
}

TEST_F(CardAuthenticationTest, NamesAProviderThatSleeps) {
    settings.answer_time = 50ms;
    pretend([](int) { std::this_thread::sleep_for(200ms); });
    EXPECT_EQ(failure(), "provider.time_out");
}

TEST_F(CardAuthenticationTest, NamesAProviderThatDies) {
    pretend([](int) {});
    EXPECT_EQ(failure(), "provider.died");
}

TEST_F(CardAuthenticationTest, NamesAProviderThatTalksNonsense) {
    for (const std::string_view body :
         {R"({"id":"1"})", R"({"id":"../x","cryptogram":"00"})", R"({"id":"1","cryptogram":"0"})", "[]", "{"}) {
        pretend([&](int socket) {
            answer(socket, "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
        });
        EXPECT_EQ(failure(), "provider.malformed") << body;
        card.card->reset();
        finish_pretending();
    }
}

}  // namespace
}  // namespace tahvil::daemon
