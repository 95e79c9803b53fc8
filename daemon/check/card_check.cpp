#include "daemon/check/card_check.h"

#include <algorithm>
#include <utility>

#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/mrz.h"
#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "crypto/protocol/mrz_information.h"
#include "crypto/trust/security_object.h"
#include "daemon/check/card_access.h"
#include "daemon/check/chip_check.h"
#include "daemon/check/eid_check.h"
#include "daemon/check/profiled_check.h"
#include "daemon/check/terminal_check.h"

namespace tahvil::daemon {

namespace {

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

std::set<int> groups_in_security_object(ByteView file) {
    std::set<int> groups;
    try {
        for (const auto& [group, hash] : trust::SecurityObject::parse(file).lds.hashes) groups.insert(group);
    } catch (const MalformedData&) {
        // The check passive_authentication.structure says so.
    }
    return groups;
}

std::set<int> groups_in_com(ByteView file) {
    try {
        const std::vector<unsigned> groups = lds::parse_com(file).data_groups;
        return {groups.begin(), groups.end()};
    } catch (const MalformedData&) {
        return {};  // the check passive_authentication.com_consistent says so
    }
}

constexpr std::string_view kLds = "icao-lds1";

/// One run on the card from reset to verdict.
class Run {
public:
    Run(const Knowledge& knowledge, const RandomSource& random, const std::function<void(const Progress&)>& progress,
        CardSession& session, const CardCheck& asked)
        : knowledge_(knowledge),
          random_(random),
          progress_(progress),
          session_(session),
          asked_(asked),
          channel_(session.wire()) {}

    CardCheckResult execute(std::string id) {
        verdict_.id = std::move(id);
        verdict_.purpose = asked_.purpose;
        verdict_.nonce = asked_.nonce;
        verdict_.checks.push_back(check("chip.answered", Result::passed));
        begin("recognise");
        learn_card();
        std::map<std::string, Bytes> files;
        if (const auto recognised = recognise()) {
            files = check_profiled(*recognised);
        } else {
            check_lds();
            files = raw_files();
        }
        begin("decide");
        conclude(verdict_, knowledge_);
        if (!asked_.want.contains(Part::files)) files.clear();
        return {std::move(verdict_), std::move(files)};
    }

    /// What is left to say when the card went away: nothing that was read counts.
    Verdict abort(std::string id, std::string reason) const {
        Verdict verdict;
        verdict.id = std::move(id);
        verdict.purpose = asked_.purpose;
        verdict.nonce = asked_.nonce;
        verdict.checks.push_back(check("chip.answered", Result::passed));
        verdict.checks.push_back(check(open_check_, Result::aborted, std::move(reason)));
        conclude(verdict, knowledge_);
        return verdict;
    }

    const Traffic& traffic() const { return channel_.traffic(); }
    /// Whether a try of a PIN may have been spent: then nothing is run again.
    bool pin_sent() const { return pin_sent_; }

private:
    void begin(std::string_view step) {
        if (step == "recognise") open_check_ = "chip.recognised";
        if (step == "access") open_check_ = "access.pace";
        if (step == "read") open_check_ = "read.complete";
        if (step == "authenticate") open_check_ = "chip.authentication";
        now_.step = step;
        if (progress_) progress_(now_);
    }

    using Outcome = profiles::Recognition::Outcome;

    /// What the card is, if it is one of a profile that is read from here; the others are opened as cards of the LDS.
    /// What a request brings along tells which to try first: CAN and MRZ open cards of the LDS.
    std::optional<profiles::Recognition> recognise() {
        if (!knowledge_.profiles) return std::nullopt;
        const bool for_lds = asked_.access.can || asked_.access.mrz_information;
        if (for_lds && !is_hinted()) {
            open();
            if (opened_.recognised || opened_.eid || opened_.secure ||
                (opened_.card_access && !opened_.card_access->pace.empty()))
                return std::nullopt;
        }
        profiles::Recognition found =
            profiles::recognise(channel_, session_.atr(), *knowledge_.profiles, opened_.plain ? kLds : "");
        if (found.outcome == Outcome::none || (found.profile != nullptr && is_opened_as_lds(*found.profile)))
            return std::nullopt;
        if (opened_.plain) std::erase_if(verdict_.checks, [](const Check& c) { return c.id != "chip.answered"; });
        return found;
    }

    static bool is_opened_as_lds(const profiles::Profile& profile) {
        return profile.layout == profiles::Layout::lds || profile.layout == profiles::Layout::eid;
    }

    /// Whether the answer to reset speaks for a card that is not of the LDS.
    bool is_hinted() const {
        return std::ranges::any_of(knowledge_.profiles->profiles(), [&](const profiles::Profile& profile) {
            return !is_opened_as_lds(profile) &&
                   std::ranges::any_of(profile.atrs, [&](const Bytes& atr) { return equal(atr, session_.atr()); });
        });
    }

    std::map<std::string, Bytes> check_profiled(const profiles::Recognition& recognised) {
        if (recognised.outcome == Outcome::ambiguous) {
            std::string names;
            for (const std::string& name : recognised.candidates) names += (names.empty() ? "" : ", ") + name;
            verdict_.checks.push_back(
                check("chip.recognised", Result::undetermined, "ambiguous", {{"profiles", names}}));
            return {};
        }
        verdict_.checks.push_back(
            check("chip.recognised", Result::passed, {}, {{"profile", recognised.profile->name}}));
        const std::uint64_t before = now_.bytes;
        std::uint64_t files = 0;
        const ProfiledRun run{knowledge_,
                              random_,
                              asked_,
                              [this](std::string_view step) { begin(step); },
                              [&](std::size_t done, std::size_t size) {
                                  now_.bytes = before + files + done;
                                  now_.of = std::max<std::uint64_t>(now_.of, before + files + std::max(done, size));
                                  if (done == size) files += size;
                                  if (progress_) progress_(now_);
                              },
                              session_.control(),
                              pin_sent_};
        auto read = check_profiled_card(channel_, recognised, run, verdict_);
        ask_for_portrait();
        return read;
    }

    void check_lds() {
        if (!opened_.plain) open();
        if (opened_.recognised) {
            verdict_.profile = {std::string{kLds}, true, {Authenticity::lds}};
            read();
            authenticate();
        } else if (opened_.eid) {
            verdict_.profile = {"npa", true, {Authenticity::card_security}};
            eid_files_ = check_eid(
                opened_, asked_, knowledge_, random_, [this](std::string_view step) { begin(step); }, verdict_);
        }
        ask_for_holder();
    }

    void open() {
        const bool may_fall_back =
            knowledge_.policy->tolerance(asked_.purpose, DeviationCode::access_bac_beside_pace) == Tolerance::tolerate;
        AccessSecrets secrets = asked_.access;
        if (asked_.pin_act == PinAct::unblock) secrets.puk.reset();  // which is sent once
        opened_ = open_card(channel_, {secrets, may_fall_back, random_, [this](std::string_view step) { begin(step); },
                                       pin_sent_, knowledge_.terminals});
        verdict_.checks.insert(verdict_.checks.end(), opened_.checks.begin(), opened_.checks.end());
        note(verdict_.deviations, opened_.deviations);
    }

    void learn_card() {
        try {
            learn_capabilities(channel_, Atr::parse(session_.atr()));
        } catch (const MalformedData&) {
            // Short commands are what every card takes.
        }
    }

    void read() {
        begin("read");
        read_one(lds::File::security_object);
        std::set<int> groups;
        if (const Bytes* file = content(lds::File::security_object)) groups = groups_in_security_object(*file);
        if (files_needed(groups, asked_.purpose, asked_.want).contains(lds::File::com)) {
            read_one(lds::File::com);
            // What nobody signed is read as well, to be named as not covered.
            if (const Bytes* file = content(lds::File::com)) groups.merge(groups_in_com(*file));
        }
        std::string refused;
        for (const lds::File file : files_needed(groups, asked_.purpose, asked_.want)) {
            if (!document_.files.contains(file) && !document_.refused.contains(file)) read_one(file);
            // EF.COM is not missed: nobody signs it, and newer documents do without.
            if (document_.refused.contains(file) && file != lds::File::com) {
                refused += (refused.empty() ? "" : ", ") + std::string{lds::name(file)};
            }
        }
        verdict_.checks.push_back(
            refused.empty() ? check("read.complete", Result::passed)
                            : check("read.complete", Result::undetermined, "files_refused", {{"refused", refused}}));
    }

    /// What is behind terminal authentication, as far as EF.SOD lists it and this terminal may read it.
    void read_biometrics(const DocumentFindings& findings) {
        for (const lds::File file : biometric_groups(opened_.terminal->certificate.authorization)) {
            if (!findings.authentication.lds->hashes.contains(static_cast<int>(*lds::data_group_number(file))))
                continue;
            read_one(file);
            if (!document_.refused.contains(file)) continue;
            const auto complete = std::ranges::find(verdict_.checks, "read.complete", &Check::id);
            *complete = check("read.complete", Result::undetermined, "files_refused",
                              {{"refused", std::string{lds::name(file)}}});
        }
    }

    void read_one(lds::File file) {
        const lds::FileEntry& entry = lds::entry(file);
        const std::uint64_t before = now_.bytes;
        ReadOptions options;
        options.progress = [&](std::size_t done, std::size_t size) {
            now_.bytes = before + done;
            now_.of = before + std::max(done, size);
            if (progress_) progress_(now_);
        };
        try {
            document_.files[file] = read_file(opened_.channel(), {entry.identifier, entry.short_identifier}, options);
        } catch (const CardRefused&) {
            document_.refused.insert(file);
        }
    }

    void authenticate() {
        begin("authenticate");
        const DocumentFindings findings = check_document(document_, asked_.expected, knowledge_);
        add_to(verdict_, findings);

        std::optional<SecurityInfos> data_group_14;
        if (findings.vouched_for(lds::File::dg14)) {
            try {
                data_group_14 = SecurityInfos::parse(lds::parse_dg14(*content(lds::File::dg14)));
            } catch (const MalformedData&) {
                // Then it names no key, and chip.authentication can not pass.
            }
        }
        const Check* signature = find(findings.checks, "passive_authentication.signature");
        if (signature != nullptr && signature->passed()) {
            const auto& lds = findings.authentication.lds;
            confirm_access(verdict_.checks, verdict_.deviations, opened_, data_group_14 ? &*data_group_14 : nullptr,
                           lds && lds->hashes.contains(14));
        }
        check_chip(findings, data_group_14);
        if (data_group_14 && asked_.want.contains(Part::files) && check_terminal(*data_group_14)) {
            read_biometrics(findings);
            check_again();
        }
    }

    /// With more files than before.
    void check_again() {
        const DocumentFindings findings = check_document(document_, asked_.expected, knowledge_);
        std::erase_if(verdict_.checks, [&](const Check& old) { return find(findings.checks, old.id) != nullptr; });
        add_to(verdict_, findings);
    }

    /// True when the card has accepted this terminal.
    bool check_terminal(const SecurityInfos& data_group_14) {
        const auto result = authenticate_terminal(opened_, data_group_14, knowledge_.terminals, random_);
        if (!result) return false;
        verdict_.checks.push_back(*result);
        return result->passed();
    }

    void check_chip(const DocumentFindings& findings, const std::optional<SecurityInfos>& data_group_14) {
        if (knowledge_.policy->demand(asked_.purpose, "chip.authentication") == Demand::ignored) {
            verdict_.checks.push_back(check("chip.authentication", Result::not_performed, "not_asked_for"));
            return;
        }
        ChipEvidence evidence;
        evidence.findings = &findings;
        evidence.data_group_14 = data_group_14 ? &*data_group_14 : nullptr;
        evidence.data_group_15 =
            findings.vouched_for(lds::File::dg15) ? std::optional{ByteView{*content(lds::File::dg15)}} : std::nullopt;
        authenticate_chip(opened_, evidence, knowledge_, random_, verdict_);
    }

    void ask_for_holder() {
        if (asked_.pin_act != PinAct::verify) {
            verdict_.checks.push_back(
                check(asked_.pin_act == PinAct::change ? "holder.pin_change" : "holder.pin_unblock",
                      Result::not_performed, "profile_has_no_pin"));
        }
        if (asked_.holder == HolderMethod::pin) {
            verdict_.checks.push_back(opened_.pin_proved ? check("holder.pin", Result::passed, {}, {{"method", "pace"}})
                                                         : check("holder.pin", Result::not_performed,
                                                                 asked_.access.pin ? "profile_has_no_pin" : "no_pin"));
        }
        if (asked_.holder == HolderMethod::fingerprint) {
            verdict_.checks.push_back(
                check("holder.fingerprint_on_card", Result::not_performed, "profile_has_no_fingerprint"));
        }
        ask_for_portrait();
    }

    void ask_for_portrait() {
        if (asked_.holder == HolderMethod::portrait) {
            verdict_.checks.push_back(check("holder.portrait_compared", Result::not_performed, "awaits_operator"));
        }
    }

    const Bytes* content(lds::File file) const {
        const auto found = document_.files.find(file);
        return found == document_.files.end() ? nullptr : &found->second;
    }

    std::map<std::string, Bytes> raw_files() const {
        std::map<std::string, Bytes> files = eid_files_;
        for (const auto& [file, bytes] : document_.files) files[std::string{lds::name(file)}] = bytes;
        return files;
    }

    const Knowledge& knowledge_;
    const RandomSource& random_;
    const std::function<void(const Progress&)>& progress_;
    CardSession& session_;
    const CardCheck& asked_;

    CardChannel channel_;
    OpenedCard opened_;
    LdsDocument document_;
    std::map<std::string, Bytes> eid_files_;
    Verdict verdict_;
    Progress now_;
    bool pin_sent_ = false;
    std::string_view open_check_ = "chip.recognised";
};

Timing& operator+=(Timing& timing, const Traffic& traffic) {
    timing.apdus += traffic.exchanges;
    timing.bytes_sent += traffic.bytes_sent;
    timing.bytes_received += traffic.bytes_received;
    timing.card += std::chrono::duration_cast<std::chrono::milliseconds>(traffic.card_time);
    return timing;
}

}  // namespace

SecretBytes information_from_lines(std::span<const std::string_view> lines) {
    std::string text;
    for (const std::string_view line : lines) text += line;
    try {
        const mrz::Mrz zone = mrz::parse(text);
        wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
        for (const auto* field : {"document_number", "birth_date", "expiry_date"}) {
            if (std::ranges::find(zone.wrong_check_digits, field) != zone.wrong_check_digits.end()) {
                throw InvalidInput("input.mrz", "the check digit of " + std::string{field} + " in the MRZ is wrong",
                                   "Compare what was typed with what is printed on the card.");
            }
        }
        return tahvil::mrz_information(zone.document_number, zone.birth_date, zone.expiry_date);
    } catch (const MalformedData&) {
        throw InvalidInput("input.mrz", "the lines are no machine readable zone",
                           "Type all lines in full, with every '<': two of 36 or 44 characters, or three of 30.");
    }
}

CardChecker::CardChecker(Knowledge knowledge, RandomSource random, std::function<void(const Progress&)> progress)
    : knowledge_(std::move(knowledge)), random_(std::move(random)), progress_(std::move(progress)) {}

CardCheckResult CardChecker::run(CardSession& session, const CardCheck& asked, const std::string& id) {
    const auto start = std::chrono::steady_clock::now();
    Timing timing;
    CardCheckResult result;
    for (unsigned runs = 1;; ++runs) {
        Run run{knowledge_, random_, progress_, session, asked};
        bool again = false;
        try {
            result = run.execute(id);
        } catch (const CardReset&) {
            // Where no PIN was sent the whole may be done once more: nothing is ever written.
            again = runs < kMaxRuns && !run.pin_sent();
            if (!again) result = {run.abort(id, "card_reset"), {}};
        } catch (const CardGone&) {
            result = {run.abort(id, "card_removed"), {}};
        }
        timing += run.traffic();
        if (!again) break;
    }
    timing.total = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    result.verdict.timing = timing;
    return result;
}

}  // namespace tahvil::daemon
