#include "apdu/profiles/probe.h"

#include <algorithm>
#include <set>

#include "apdu/applets/certificate_card/card_files.h"
#include "apdu/applets/pkcs15/card_directories.h"
#include "apdu/applets/pkcs15/directory_file.h"
#include "apdu/error.h"
#include "apdu/profiles/draft.h"
#include "apdu/profiles/recognition.h"

namespace tahvil::profiles {

namespace {

/// An AID, and who has it.
struct Known {
    const Profile* profile;
    const Application* application;
};

std::vector<Known> by_order(const Catalogue& catalogue) {
    std::vector<Known> all;
    for (const Profile& profile : catalogue.profiles())
        for (const Application& application : profile.applications) all.push_back({&profile, &application});
    std::ranges::stable_sort(all, {}, [](const Known& known) { return known.profile->order; });
    return all;
}

class Walk {
public:
    Walk(Channel& card, ByteView atr, const Catalogue& catalogue) : card_(card), known_(by_order(catalogue)) {
        found_.atr = to_bytes(atr);
    }

    Probe run(const std::function<void(std::size_t, std::size_t)>& progress) {
        found_.listed = pkcs15::read_application_identifiers(card_);
        for (std::size_t i = 0; i < known_.size(); ++i) {
            if (progress) progress(i, known_.size());
            try_application(known_[i]);
        }
        found_.draft = draft(found_, answers_);
        return std::move(found_);
    }

private:
    void try_application(const Known& known) {
        const auto tried = std::ranges::find(found_.applications, known.application->aid, &Probe::Application::aid);
        if (tried == found_.applications.end()) {
            const StatusWord status = select(card_, *known.profile, *known.application);
            found_.applications.push_back({known.application->aid, {known.profile->name}, status});
            if (status.ok()) read_files(known);
            return;
        }
        // Another profile of the same application: its files may be others.
        tried->profiles.push_back(known.profile->name);
        if (tried->status.ok() && select(card_, *known.profile, *known.application).ok()) read_files(known);
    }

    void read_files(const Known& known) {
        Answered& answered = answers_.emplace_back(Answered{known.profile, known.application, {}});
        certificate_card::CardFiles files(card_, *known.profile, *known.application);
        Bytes object_directory;
        for (const std::string& name : known.application->files) {
            Bytes content = read_one(files, known, *known.profile->file(name), answered.files);
            if (name == "object_directory") object_directory = std::move(content);
        }
        if (known.profile->layout == Layout::pkcs15 && !object_directory.empty())
            read_listed(files, known, object_directory);
    }

    /// What directories list is for the card to say, not for its profile: reported, and not drafted.
    void read_listed(certificate_card::CardFiles& files, const Known& known, ByteView object_directory) {
        const pkcs15::CardDirectories directories = pkcs15::read_directories(files, *known.profile, object_directory);
        for (const auto& [name, content] : directories.files)
            report(known, name, Probe::File::Outcome::read, std::nullopt, content.size());
        for (const std::string& name : directories.malformed) report(known, name, Probe::File::Outcome::malformed);
        const Profile completed = pkcs15::complete(*known.profile, directories.listing);
        std::set<std::string> unused;
        for (const File& file : completed.files)
            if (known.profile->file(file.name) == nullptr) read_one(files, known, file, unused);
    }

    Bytes read_one(certificate_card::CardFiles& files, const Known& known, const File& file,
                   std::set<std::string>& there) {
        using Outcome = Probe::File::Outcome;
        try {
            Bytes content = files.read(file);
            report(known, file.name, Outcome::read, std::nullopt, content.size());
            there.insert(file.name);
            return content;
        } catch (const CardRefused& error) {
            report(known, file.name, Outcome::refused, error.status());
            // It is there, and closed.
            if (error.status() == sw::security_status_not_satisfied) there.insert(file.name);
        } catch (const MalformedData&) {
            report(known, file.name, Outcome::malformed);
        } catch (const LimitExceeded&) {
            report(known, file.name, Outcome::malformed);
        }
        return {};
    }

    void report(const Known& known, const std::string& name, Probe::File::Outcome outcome,
                std::optional<StatusWord> status = std::nullopt, std::size_t bytes = 0) {
        found_.files.push_back({known.profile->name + "/" + known.application->name, name, outcome, status, bytes});
    }

    Channel& card_;
    const std::vector<Known> known_;
    std::vector<Answered> answers_;
    Probe found_;
};

}  // namespace

Probe probe(Channel& card, ByteView atr, const Catalogue& catalogue,
            const std::function<void(std::size_t, std::size_t)>& progress) {
    return Walk{card, atr, catalogue}.run(progress);
}

}  // namespace tahvil::profiles
