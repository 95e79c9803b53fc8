#include "daemon/check/profiled_check.h"

#include <algorithm>
#include <utility>

#include "apdu/access/signed_challenge.h"
#include "apdu/applets/certificate_card/card_files.h"
#include "apdu/applets/pkcs15/card_directories.h"
#include "apdu/error.h"
#include "apdu/profiles/words.h"
#include "daemon/check/card_facts.h"
#include "daemon/check/expected_check.h"
#include "daemon/check/fingerprint_check.h"
#include "daemon/check/holder_check.h"

namespace tahvil::daemon {

namespace {

using profiles::Access;

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

std::string joined(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// Every PIV card chains commands (SP 800-73-4 part 2, 3.2.4), although its answer to reset need not say so.
void learn_chaining(CardChannel& card) {
    CardCapabilities capabilities = card.capabilities();
    capabilities.command_chaining = true;
    card.set_capabilities(capabilities);
}

class ProfiledChecker {
public:
    ProfiledChecker(CardChannel& card, const profiles::Recognition& recognised, const ProfiledRun& run,
                    Verdict& verdict)
        : channel_(card),
          kind_(*recognised.profile),
          profile_(kind_),
          files_(card, kind_, *recognised.application),
          run_(run),
          verdict_(verdict) {
        data_.profile = &profile_;
        if (kind_.layout == profiles::Layout::piv) learn_chaining(card);
    }

    std::map<std::string, Bytes> execute() {
        verdict_.profile = {kind_.name, kind_.confirmed, {Authenticity::certificate_path}};
        try {
            run_.begin("read");
            read(Access::free);
            if (profile_.layout == profiles::Layout::pkcs15) read_listed();
            run_.begin("authenticate");
            authenticate();
            choose_proof();
            if (!needs_pin()) prove_chip();
            ask_holder();
            open_by_provider();
            if (needs_pin()) prove_chip();
            ask_finger();
        } catch (const ProtocolViolation& error) {
            if (error.code() != "card.changed_its_mind") throw;
            std::erase_if(verdict_.checks, [](const Check& c) { return c.id == "chip.recognised"; });
            add(check("chip.recognised", Result::failed, "changed_its_mind", {{"profile", kind_.name}}));
        }
        conclude_reading();
        return std::move(data_.files);
    }

private:
    void add(Check result) { verdict_.checks.push_back(std::move(result)); }

    /// Replaces what was found with less at hand.
    void add_anew(Check result) {
        std::erase_if(verdict_.checks, [&](const Check& old) { return old.id == result.id; });
        add(std::move(result));
    }

    void read(Access access) {
        for (const profiles::File& file : profile_.files) {
            if (file.access != access || data_.files.contains(file.name) || data_.refused.contains(file.name)) continue;
            read_one(file);
        }
    }

    void read_one(const profiles::File& file) {
        try {
            data_.files[file.name] = files_.read(file, run_.progress);
        } catch (const CardRefused&) {
            data_.refused.insert(file.name);
        } catch (const MalformedData&) {
            malformed_.insert(file.name);
        }
    }

    /// The directories of ISO/IEC 7816-15, and then what they list.
    void read_listed() {
        const Bytes* object_directory = data_.content("object_directory");
        if (object_directory == nullptr) return;
        pkcs15::CardDirectories directories = pkcs15::read_directories(files_, kind_, *object_directory, run_.progress);
        data_.files.merge(directories.files);
        data_.refused.merge(directories.refused);
        malformed_.merge(directories.malformed);
        profile_ = pkcs15::complete(kind_, directories.listing);
        read(Access::free);
    }

    /// Paths, signed files, facts; again when the PIN has opened more files.
    void authenticate() {
        paths_.emplace(run_.knowledge);
        std::vector<Check> malformed;
        add_certificates(*paths_, data_, malformed);
        const SignedFiles signed_files = check_signed_files(*paths_, data_);
        vouched_for_ = signed_files.vouched_for;
        for (Check& path : paths_->checks()) add_anew(std::move(path));
        for (Check& found : malformed) add_anew(std::move(found));
        for (const Check& found : signed_files.checks) add_anew(found);
        note(verdict_.deviations, signed_files.deviations);
        note(verdict_.deviations, paths_->deviations());
        verdict_.trust = paths_->trust();
        const CardFacts facts = facts_of(*paths_, data_, signed_files);
        verdict_.document = facts.document;
        verdict_.holder = facts.holder;
        for (Check& found : check_card_document(facts, run_.knowledge)) add_anew(std::move(found));
        const Expected& expected = run_.asked.expected;
        for (Check& found : check_expected(expected, facts.holder, facts.card_serial)) add_anew(std::move(found));
        if (expected.name) add_anew(check_expected_name(*expected.name, facts.holder.name, {}));
    }

    /// The first of the profile whose key is on this card.
    void choose_proof() {
        for (const profiles::Proof& proof : profile_.proofs) {
            const bool there = proof.public_key.empty() ? paths_->find(proof.certificate) != nullptr
                                                        : data_.content(proof.public_key) != nullptr;
            if (!there || !proof.key) continue;
            proof_ = &proof;
            return;
        }
    }

    bool needs_pin() const { return proof_ != nullptr && !proof_->pin.empty(); }

    void prove_chip() {
        constexpr std::string_view id = "chip.authentication";
        if (run_.knowledge.policy->demand(run_.asked.purpose, id) == Demand::ignored) {
            add(check(id, Result::not_performed, "not_asked_for"));
        } else if (proof_ == nullptr) {
            add(check(id, Result::undetermined, profile_.proofs.empty() ? "no_known_proof" : "no_key"));
        } else if (needs_pin() && !verified_) {
            add(check(id, Result::not_performed, "pin_needed"));
        } else {
            add(judge_proof(*proof_));
        }
    }

    PublicKey key_of(const profiles::Proof& proof) const {
        if (!proof.public_key.empty()) return PublicKey::from_spki(*data_.content(proof.public_key));
        return paths_->find(proof.certificate)->public_key();
    }

    /// The key counts only with a certificate whose path passed, or in a file that such a one vouches for.
    bool is_bound(const profiles::Proof& proof) const {
        return proof.public_key.empty() ? paths_->authentic(proof.certificate)
                                        : vouched_for_.contains(proof.public_key);
    }

    Check judge_proof(const profiles::Proof& proof) {
        constexpr std::string_view id = "chip.authentication";
        Details detail{{"method", std::string{profiles::word(proof.method)}},
                       {"key_in", proof.public_key.empty() ? proof.certificate : proof.public_key}};
        try {
            const PublicKey key = key_of(proof);
            detail.emplace_back("key", key.description());
            if (!needs_pin()) files_.enter(*kind_.application(proof.application));
            const auto algorithm = signed_challenge::authenticate(channel_, proof, key, run_.random);
            if (!algorithm) return check(id, Result::failed, "wrong_key", std::move(detail));
            detail.emplace_back("algorithm", description(*algorithm));
            if (!is_bound(proof)) return check(id, Result::undetermined, "key_not_verified", std::move(detail));
            return check(id, Result::passed, {}, std::move(detail));
        } catch (const CardRefused& error) {
            detail.emplace_back("words", error.what());
            return check(id, Result::failed, "refused_by_card", std::move(detail));
        } catch (const MalformedData& error) {
            detail.emplace_back("words", error.what());
            return check(id, Result::undetermined, "unknown_key", std::move(detail));
        } catch (const ProtocolViolation& error) {
            if (error.code() == "card.changed_its_mind") throw;
            detail.emplace_back("words", error.what());
            return check(id, Result::failed, "malformed_answer", std::move(detail));
        }
    }

    bool found_false() const {
        return std::ranges::any_of(verdict_.checks, [](const Check& c) {
            return c.result == Result::failed && c.id != "document.expiry" && !c.id.starts_with("expected.");
        });
    }

    void ask_holder() {
        constexpr std::string_view id = "holder.pin";
        const CardCheck& asked = run_.asked;
        const profiles::Pin* pin = profile_.holder_pin();
        if (!asked.access.pin && !asked.access.puk && !asked.pin_pad) {
            if (asked.holder == HolderMethod::pin) add(check(id, Result::not_performed, "no_pin"));
            return;
        }
        if (pin == nullptr) {
            add(check(id, Result::not_performed, "profile_has_no_pin"));
            return;
        }
        if (found_false()) {
            add(check(id, Result::not_performed, "card_not_genuine"));
            return;
        }
        files_.enter(*kind_.application(pin->application));
        HolderCheck holder(channel_, profile_, *pin, asked, run_.reader, run_.begin, run_.pin_sent);
        for (Check& found : holder.run()) add(std::move(found));
        verified_ = holder.verified();
        if (!verified_ ||
            std::ranges::none_of(profile_.files, [](const profiles::File& file) { return file.access == Access::pin; }))
            return;
        read(Access::pin);
        authenticate();
    }

    /// Comes last: selecting its application may forget the PIN.
    void ask_finger() {
        constexpr std::string_view id = "holder.fingerprint_on_card";
        const CardCheck& asked = run_.asked;
        if (!asked.access.fingerprint) {
            if (asked.holder == HolderMethod::fingerprint) add(check(id, Result::not_performed, "no_fingerprint"));
        } else if (!profile_.fingerprint) {
            add(check(id, Result::not_performed, "profile_has_no_fingerprint"));
        } else if (found_false()) {
            add(check(id, Result::not_performed, "card_not_genuine"));
        } else {
            files_.enter(*kind_.application(profile_.fingerprint->application));
            add(check_fingerprint(channel_, *profile_.fingerprint, asked.access, run_.pin_sent));
        }
    }

    /// Files that open to keys of the issuer alone.
    void open_by_provider() {
        std::vector<const profiles::File*> withheld;
        for (const profiles::File& file : profile_.files)
            if (file.access == Access::provider) withheld.push_back(&file);
        if (!withheld.empty()) add(authenticate_by_provider(withheld));
    }

    Check authenticate_by_provider(const std::vector<const profiles::File*>& withheld) {
        constexpr std::string_view id = "access.card_authentication";
        constexpr std::string_view kPrefix = "provider.";
        std::string names;
        for (const profiles::File* file : withheld) names += (names.empty() ? "" : ", ") + file->name;
        Details detail{{"withheld", names}};
        const auto& provider = run_.knowledge.card_authentication;
        if (!provider) return check(id, Result::undetermined, "no_provider", std::move(detail));
        if (found_false()) return check(id, Result::not_performed, "card_not_genuine", std::move(detail));
        const Bytes* production_data = data_.content("production_data");
        const Bytes* chip_type = data_.content("chip_type");
        const auto identity = production_data == nullptr || chip_type == nullptr
                                  ? std::nullopt
                                  : identify_card(kind_.name, *production_data, *chip_type);
        if (!identity) return check(id, Result::undetermined, "no_serial_number", std::move(detail));
        const profiles::Application& application = *kind_.application(withheld.front()->application);
        try {
            // VERIFY has left its application selected, and another SELECT could forget the PIN.
            const profiles::Pin* pin = profile_.holder_pin();
            if (!verified_ || pin->application != application.name) files_.enter(application);
            const auto secure = authenticate_card(channel_, *identity, *provider);
            certificate_card::CardFiles files(*secure, kind_, application);
            for (const profiles::File* file : withheld)
                if (file->application == application.name) data_.files[file->name] = files.read(*file, run_.progress);
        } catch (const ProviderFailed& error) {
            detail.emplace_back("words", error.what());
            return check(id, Result::undetermined, std::string(error.code().substr(kPrefix.size())), std::move(detail));
        } catch (const CardRefused& error) {
            detail.emplace_back("words", error.what());
            return check(id, Result::undetermined, "refused_by_card", std::move(detail));
        }
        authenticate();
        return check(id, Result::passed, {}, {{"family", identity->family}});
    }

    void conclude_reading() {
        std::set<std::string> refused;
        for (const profiles::File& file : profile_.files)
            if (data_.refused.contains(file.name) && !file.optional) refused.insert(file.name);
        if (!malformed_.empty()) {
            add(check("read.complete", Result::undetermined, "files_malformed", {{"malformed", joined(malformed_)}}));
        } else if (!refused.empty()) {
            add(check("read.complete", Result::undetermined, "files_refused", {{"refused", joined(refused)}}));
        } else if (data_.files.empty()) {
            add(check("read.complete", Result::undetermined, "nothing_read"));
        } else {
            add(check("read.complete", Result::passed));
        }
    }

    CardChannel& channel_;
    const profiles::Profile& kind_;  ///< as the catalogue has it
    profiles::Profile profile_;      ///< filled up with what this card lists
    certificate_card::CardFiles files_;
    const ProfiledRun& run_;
    Verdict& verdict_;
    CardData data_;
    std::optional<CertificatePaths> paths_;
    std::set<std::string> vouched_for_;
    const profiles::Proof* proof_ = nullptr;
    std::set<std::string> malformed_;  ///< files that are not what they should be
    bool verified_ = false;
};

}  // namespace

std::map<std::string, Bytes> check_profiled_card(CardChannel& card, const profiles::Recognition& recognised,
                                                 const ProfiledRun& run, Verdict& verdict) {
    return ProfiledChecker{card, recognised, run, verdict}.execute();
}

}  // namespace tahvil::daemon
