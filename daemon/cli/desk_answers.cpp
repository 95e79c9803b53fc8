#include "daemon/cli/desk_answers.h"

#include <chrono>
#include <fstream>
#include <ostream>
#include <thread>

#include <sys/stat.h>

#include "crypto/error.h"
#include "crypto/random.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kPause{50};  // between two looks at a check that runs
constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kLabelWidth = 20;
constexpr int kPage = 1000;  // lines

}  // namespace

json::object act_of(const OperatorArguments& person, const std::string& why) {
    json::object body{{"operator", json::object{{"id", person.id}, {"established", person.established}}}};
    if (!why.empty()) body["why"] = why;
    return body;
}

std::string operator_query(const OperatorArguments& person) {
    return "operator_id=" + client::encode(person.id) + "&operator_established=" + person.established;
}

std::string new_key() {
    return to_hex(random_bytes(system_random, kKeyBytes));
}

std::string send_act(client::Client& client, const std::string& target, const json::object& body) {
    return text(parse_answer(client.post(target, json::serialize(body), new_key()).body), "id");
}

json::object desk_check(client::Client& client, const std::string& target, const SecretBytes& request) {
    const json::object begun = parse_answer(client.post_secret(target, request, new_key()).body);
    const std::string check_target = "/v1/desk-checks/" + client::encode(text(begun, "id"));
    while (true) {
        json::object check = parse_answer(client.get(check_target).body);
        const std::string state = text(check, "state");
        if (state == "done") return check;
        if (state != "queued" && state != "running") throw problem_of(check);
        std::this_thread::sleep_for(kPause);
    }
}

void list_pages(client::Client& client, const Context& context, const std::string& target, const std::string& member,
                const std::function<void(const json::object& line)>& print) {
    json::array all;
    std::string after;
    do {
        const json::object page = parse_answer(client.get(target + "&limit=" + std::to_string(kPage) + after).body);
        for (const json::value& line : array(page, member)) {
            if (context.json)
                all.push_back(line);
            else if (line.is_object())
                print(line.get_object());
        }
        const std::string next = text(page, "next");
        after = next.empty() ? "" : "&after=" + client::encode(next);
    } while (!after.empty());
    if (context.json) context.console.out << json::serialize(json::object{{member, std::move(all)}}) << '\n';
}

std::string delivery_target(const std::string& id) {
    return "/v1/deliveries/" + client::encode(id);
}

void print_fact(const Console& console, Message label, const std::string& value) {
    if (!value.empty()) console.out << padded(console.say(label), kLabelWidth) << harmless(value) << '\n';
}

void write_output_file(const std::filesystem::path& path, std::string_view content) {
    const mode_t before = ::umask(S_IRWXG | S_IRWXO);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    ::umask(before);
    file << content << std::flush;
    if (!file)
        throw InvalidInput("file.unwritable", "\"" + path.string() + "\" can not be written",
                           "Name a file in a folder that you may write to.");
}

}  // namespace tahvil::cli
