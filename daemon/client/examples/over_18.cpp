// Is the person at this counter over 18, and is the card theirs? The program of a bank asks its terminal.
//
//     over_18 CAN OPERATOR AUTHORITY
//
// CAN: the six digits on the card; OPERATOR: who compared face and portrait; AUTHORITY: the certificate of whoever
// certifies terminals. Prints yes, no or unknown, and exits with 0, 1 or 3.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include <boost/json.hpp>

#include "daemon/client/client.h"
#include "daemon/party/answer_verification.h"
#include "daemon/trust/trust_directory.h"

namespace {

namespace json = boost::json;
using namespace tahvil;

constexpr std::chrono::milliseconds kPause{50};

json::value question(const std::string& can, const std::string& operator_id, const std::string& nonce) {
    return {{"party", "bank"},
            {"purpose", "account_opening"},
            {"audience", "bank"},
            {"nonce", nonce},
            {"want", {{"age_over", 18}, {"holder_present", true}}},
            {"consent",
             {{"method", "operator"},
              {"operator_id", operator_id},
              {"language", "en"},
              {"text", "I agree that the bank learns whether I am over 18 and whether this card is mine."},
              {"to", json::array{"age_over", "holder_present"}}}},
            {"holder", {{"method", "portrait"}, {"operator_id", operator_id}}},
            {"access", {{"can", can}}},
            {"wait", 30}};
}

/// The claims of an answer to this question, signed by a terminal of this authority.
json::object claims(const std::string& text, const std::string& nonce, const std::string& authority) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto answer =
        daemon::verify_identity_answer(text, {nonce, "bank", now}, *daemon::load_trust({authority}, now).store);
    for (const Check& check : answer.checks)
        if (!check.passed()) throw MalformedData("example.answer", check.id + ": " + check.reason);
    return std::move(answer.claims);
}

int ask(const std::string& can, const std::string& operator_id, const std::string& authority) {
    const char* const path = std::getenv("TAHVIL_SOCKET");
    client::Client terminal(path != nullptr ? path : std::string(client::kDefaultSocket));
    const std::string nonce = to_hex(random_bytes(system_random, 16));
    const auto created =
        json::parse(terminal.post("/v1/identity-checks", json::serialize(question(can, operator_id, nonce))).body);
    json::object check;
    do {
        std::this_thread::sleep_for(kPause);
        check = json::parse(terminal.get("/v1/identity-checks/" + std::string(created.at("id").as_string())).body)
                    .as_object();
    } while (check.at("state") == "waiting" || check.at("state") == "queued" || check.at("state") == "running");
    if (check.at("state") != "finished") {
        std::cerr << "over_18: " << json::serialize(check) << '\n';
        return EXIT_FAILURE;
    }
    const json::object found = claims(std::string(check.at("answer").as_string()), nonce, authority);
    const auto is = [&](const char* name, const char* answer) { return found.at(name).at("answer") == answer; };
    const bool yes = is("age_over", "true") && is("holder_present", "true");
    const bool no = is("age_over", "false") || is("holder_present", "false");
    std::cout << (yes ? "yes" : (no ? "no" : "unknown")) << '\n';
    return yes ? 0 : (no ? 1 : 3);
}

}  // namespace

int main(int count, char** values) {
    if (count != 4) {
        std::cerr << "usage: over_18 CAN OPERATOR AUTHORITY\n";
        return 2;
    }
    try {
        return ask(values[1], values[2], values[3]);
    } catch (const std::exception& error) {
        std::cerr << "over_18: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
