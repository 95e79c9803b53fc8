#include "apdu/profiles/draft.h"

#include <algorithm>

#include "apdu/profiles/writer.h"

namespace tahvil::profiles {

namespace {

constexpr std::size_t kShortestAid = 5;  // ISO/IEC 7816-4, 12.3.4

constexpr std::string_view kHead =
    "# Drafted by `tahvil profile probe` from what one card answered. Go through every line: name it, say where the\n"
    "# facts come from, and set `confirmed` only when it has been seen on hardware.\n";

class Drafter {
public:
    Drafter(const Probe& found, const std::vector<Answered>& answers) : found_(found), answers_(answers) {
        profile_.name = "draft";
        profile_.source = "what one card answered to a walk that only reads";
        if (found.atr.size() >= 2) profile_.atrs.push_back(found.atr);
    }

    std::string write() {
        const auto first =
            std::ranges::find_if(answers_, [](const Answered& one) { return one.application->recognises; });
        if (first != answers_.end()) take_profile(*first->profile);
        add_listed();
        if (profile_.applications.empty()) return {};
        if (profile_.title.empty()) profile_.title = "Card of an unknown kind";
        return std::string(kHead) + write_profile(profile_);
    }

private:
    const Answered* answer_of(const Profile& profile, const Application& application) const {
        const auto found = std::ranges::find_if(
            answers_, [&](const Answered& one) { return one.profile == &profile && one.application == &application; });
        return found == answers_.end() ? nullptr : &*found;
    }

    /// Everything of it that rests on what answered.
    void take_profile(const Profile& known) {
        profile_.title = known.title + ", as one card has it";
        profile_.layout = known.layout;
        profile_.country = known.country;
        profile_.order = known.order;
        profile_.quirks = known.quirks;
        profile_.read_limit = known.read_limit;
        profile_.largest_file = known.largest_file;
        profile_.carries = known.carries;
        profile_.empty_verify_queries = known.empty_verify_queries;
        for (const Application& application : known.applications) {
            const Answered* answered = answer_of(known, application);
            if (answered == nullptr) continue;
            Application taken = application;
            std::erase_if(taken.files, [&](const std::string& name) { return !answered->files.contains(name); });
            for (const std::string& name : taken.files) profile_.files.push_back(*known.file(name));
            profile_.applications.push_back(std::move(taken));
        }
        for (const Pin& pin : known.pins)
            if (profile_.application(pin.application) != nullptr) profile_.pins.push_back(pin);
        if (known.fingerprint && profile_.application(known.fingerprint->application) != nullptr)
            profile_.fingerprint = known.fingerprint;
        // A file behind a PIN of an application that did not answer has none to name.
        std::erase_if(profile_.files, [&](const File& file) { return !file.pin.empty() && !profile_.pin(file.pin); });
        for (Application& application : profile_.applications)
            std::erase_if(application.files, [&](const std::string& name) { return profile_.file(name) == nullptr; });
        for (const Certificate& certificate : known.certificates)
            if (profile_.file(certificate.file) != nullptr) profile_.certificates.push_back(certificate);
        for (const SignedFile& file : known.signed_files)
            if (is_whole(file)) profile_.signed_files.push_back(file);
        for (const Proof& proof : known.proofs)
            if (is_whole(proof)) profile_.proofs.push_back(proof);
        add_others(known);
    }

    bool is_whole(const SignedFile& file) const {
        return std::ranges::all_of(file.covers, [&](const auto& name) { return profile_.file(name) != nullptr; }) &&
               (file.signature.empty() || profile_.file(file.signature) != nullptr) &&
               (file.certificate.empty() || profile_.certificate(file.certificate) != nullptr) &&
               (file.hash_in.empty() || profile_.signed_file(file.hash_in) != nullptr);
    }

    bool is_whole(const Proof& proof) const {
        const bool vouched = std::ranges::any_of(profile_.signed_files, [&](const SignedFile& file) {
            return std::ranges::find(file.covers, proof.public_key) != file.covers.end();
        });
        return (proof.application.empty() || profile_.application(proof.application) != nullptr) &&
               (proof.certificate.empty() || profile_.certificate(proof.certificate) != nullptr) &&
               (proof.public_key.empty() || vouched) && (proof.pin.empty() || profile_.pin(proof.pin) != nullptr);
    }

    bool has(ByteView aid) const {
        return std::ranges::any_of(profile_.applications,
                                   [aid](const Application& other) { return equal(other.aid, aid); });
    }

    void add(std::string name, ByteView aid, bool recognises) {
        if (has(aid) || profile_.application(name) != nullptr) return;
        Application application;
        application.name = std::move(name);
        application.aid = to_bytes(aid);
        application.recognises = recognises;
        profile_.applications.push_back(std::move(application));
    }

    /// What else answered stands there by its AID: what is in it is another profile's to say.
    void add_others(const Profile& known) {
        profile_.before = {known.name};
        for (const Answered& other : answers_) {
            const std::string& name = other.profile->name;
            if (std::ranges::find(profile_.before, name) == profile_.before.end()) profile_.before.push_back(name);
            add(name + "-" + other.application->name, other.application->aid, false);
        }
    }

    /// What EF.DIR lists and no profile has was never selected; somebody may know what it is.
    void add_listed() {
        const bool known = !profile_.applications.empty();
        std::size_t count = 0;
        for (const Bytes& aid : found_.listed)
            if (aid.size() >= kShortestAid) add("listed-" + std::to_string(++count), aid, !known);
    }

    const Probe& found_;
    const std::vector<Answered>& answers_;
    Profile profile_;
};

}  // namespace

std::string draft(const Probe& found, const std::vector<Answered>& answers) {
    return Drafter{found, answers}.write();
}

}  // namespace tahvil::profiles
