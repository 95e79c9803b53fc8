#include "daemon/cli/arguments.h"

#include "apdu/emulator/fault.h"
#include "apdu/emulator/national_cards.h"
#include "apdu/emulator/specimen_words.h"
#include "crypto/error.h"
#include "daemon/cli/desk_grammar.h"
#include "daemon/cli/input.h"
#include "daemon/cli/message.h"
#include "daemon/cli/verb_builder.h"
#include "daemon/text/date.h"

namespace tahvil::cli {

namespace {

using Paths = std::vector<std::string>;

constexpr int kLastDescriptor = 1 << 20;

/// The values as CLI11 collects them, not yet checked.
struct Typed {
    bool json = false;
    std::string socket;

    bool watch = false;
    std::string reader;
    std::vector<std::string> can, mrz, pin, puk;
    int can_fd = -1, mrz_fd = -1, pin_fd = -1, new_pin_fd = -1, puk_fd = -1;
    bool new_pin = false, pin_pad = false;
    std::string fingerprint;
    std::string document_number, birth_date, expiry_date;
    std::string holder;
    bool allow_last_try = false;
    std::vector<std::string> expected;
    std::string purpose = "handover";
    std::string out;

    std::string folder, security_object, com, card_security, at;
    Paths data_groups, trust;
    std::string certificate;
    Paths intermediates, anchors, revocation_lists;
    bool explain = false;

    std::string store;
    Paths pins, files, anchor_purposes;
    std::string vanished;
    bool allow_rollback = false;
    std::string id;

    std::string name, holder_demand = "none", key;
    std::vector<std::string> users, groups, purposes, predicates, attributes;
    unsigned rate = 0;
    std::string party, nonce, audience, question_purpose, want, consent, language = "fa", consent_by = "operator",
                                                                         operator_id;
    unsigned wait = 0;
    std::string issuer, signer_key, signer_certificate, issued_at, base, from, to;
    std::uint64_t sequence = 0;
    Paths serials, deltas;

    std::string card = "specimen", person, address = "localhost:35963", link, fault, trust_out, provider;
    emulator::SpecimenWords specimen;
    bool eac = false;

    std::string profiles, profile;
    Paths profile_files;
    bool transport_pin = false;
};

/// Builds the grammar in one language.
class Grammar : private VerbBuilder {
public:
    explicit Grammar(Language language)
        : VerbBuilder(language), app_(text(Message::help_program), "tahvil"), desk_(language) {
        set_up(app_);
        app_.footer(text(Message::examples_program));
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "tahvil " TAHVIL_VERSION)->description(text(Message::option_version));
        app_.add_flag("--json", typed.json, text(Message::option_json));
        add(app_, "--socket", typed.socket, Message::option_socket, "PATH");

        readers_ = verb(app_, "readers", Message::help_readers, Message::examples_readers);
        readers_->add_flag("--watch", typed.watch, text(Message::option_watch));
        doctor_ = verb(app_, "doctor", Message::help_doctor, Message::examples_doctor);
        check_ = verb(app_, "check", Message::help_check, Message::examples_check);
        add_check_options(*check_);
        add(*check_, "--purpose", typed.purpose, Message::option_purpose, "PURPOSE")
            ->check(CLI::IsMember({"handover", "field", "identity_check", "read"}));
        read_ = verb(app_, "read", Message::help_read, Message::examples_read);
        add_check_options(*read_);
        add(*read_, "--out", typed.out, Message::option_out, "DIR")->required();
        add_pin();
        add_verify();
        add_trust();
        desk_.add_to(app_);
        add_party();
        add_identity_check();
        add_profile();
        add_emulate();
    }

    CLI::App& app() { return app_; }

    /// The verb that was given, with its values checked.
    Verb chosen(std::vector<std::string>& warnings) const {
        if (readers_->parsed()) return ReadersArguments{typed.watch};
        if (doctor_->parsed()) return DoctorArguments{};
        if (check_->parsed() || read_->parsed()) return check_arguments(warnings);
        if (pin_change_->parsed() || pin_unblock_->parsed()) return pin_arguments(warnings);
        if (verify_->parsed()) {
            if (!typed.certificate.empty()) return verify_certificate_arguments();
            return verify_arguments();
        }
        if (import_->parsed()) {
            return trust_import_arguments();
        }
        if (keep_->parsed()) return TrustDecideArguments{optional(typed.store), typed.id, true};
        if (distrust_->parsed()) return TrustDecideArguments{optional(typed.store), typed.id, false};
        if (hot_list_->parsed()) return hot_list_arguments();
        if (list_->parsed()) return TrustListArguments{optional(typed.store)};
        if (show_->parsed()) return TrustShowArguments{optional(typed.store), typed.id};
        if (status_->parsed()) return TrustStatusArguments{optional(typed.store)};
        if (party_add_->parsed()) {
            return PartyAddArguments{typed.name,          typed.users,      typed.groups,
                                     typed.purposes,      typed.predicates, typed.attributes,
                                     typed.holder_demand, typed.rate,       typed.key};
        }
        if (party_list_->parsed()) return PartyListArguments{};
        if (party_show_->parsed()) return PartyShowArguments{typed.name};
        if (party_remove_->parsed()) return PartyRemoveArguments{typed.name};
        if (identity_check_->parsed()) return identity_check_arguments(warnings);
        if (auto verb = desk_.chosen()) return *std::move(verb);
        if (profile_list_->parsed()) return ProfileListArguments{optional(typed.profiles)};
        if (profile_show_->parsed()) return ProfileShowArguments{optional(typed.profiles), typed.profile};
        if (profile_check_->parsed()) return ProfileCheckArguments{paths(typed.profile_files)};
        if (profile_probe_->parsed()) return ProfileProbeArguments{typed.reader};
        return emulate_arguments();
    }

    Typed typed;

private:
    void add_check_options(CLI::App& app) {
        add_access_options(app);
        add(app, "--puk", typed.puk, Message::option_puk, "")->expected(0, 1);
        add_descriptor(app, "--puk-fd", typed.puk_fd, Message::option_puk_fd);
        add(app, "--holder", typed.holder, Message::option_holder, "METHOD")
            ->check(CLI::IsMember({"pin", "portrait", "fingerprint"}));
        add(app, "--fingerprint", typed.fingerprint, Message::option_fingerprint, "FILE");
        app.add_flag("--new-pin", typed.new_pin, text(Message::option_new_pin));
        add_descriptor(app, "--new-pin-fd", typed.new_pin_fd, Message::option_new_pin_fd);
        app.add_flag("--pin-pad", typed.pin_pad, text(Message::option_pin_pad));
        add_each(app, "--expect", typed.expected, Message::option_expect, "FIELD=VALUE");
    }

    void add_access_options(CLI::App& app) {
        add(app, "--reader", typed.reader, Message::option_reader, "ID");
        add(app, "--can", typed.can, Message::option_can, "N")->expected(0, 1);
        add(app, "--can-fd", typed.can_fd, Message::option_can_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
        add(app, "--mrz", typed.mrz, Message::option_mrz, "LINE")->expected(0, 3);
        add(app, "--mrz-fd", typed.mrz_fd, Message::option_mrz_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
        add(app, "--document-number", typed.document_number, Message::option_document_number, "D");
        add(app, "--birth-date", typed.birth_date, Message::option_birth_date, "DATE");
        add(app, "--expiry-date", typed.expiry_date, Message::option_expiry_date, "DATE");
        add(app, "--pin", typed.pin, Message::option_pin, "")->expected(0, 1);
        add(app, "--pin-fd", typed.pin_fd, Message::option_pin_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
        app.add_flag("--allow-last-try", typed.allow_last_try, text(Message::option_allow_last_try));
    }

    void add_descriptor(CLI::App& app, const std::string& name, int& descriptor, Message help) {
        add(app, name, descriptor, help, "FD")->check(CLI::Range(0, kLastDescriptor).description(""));
    }

    void add_pin() {
        CLI::App* pin = verb(app_, "pin", Message::help_pin, Message::examples_pin);
        pin->require_subcommand(1);
        pin_change_ = verb(*pin, "change", Message::help_pin_change, Message::examples_pin);
        pin_unblock_ = verb(*pin, "unblock", Message::help_pin_unblock, Message::examples_pin);
        for (CLI::App* app : {pin_change_, pin_unblock_}) {
            add(*app, "--reader", typed.reader, Message::option_reader, "ID");
            add_descriptor(*app, "--new-pin-fd", typed.new_pin_fd, Message::option_new_pin_fd);
            app->add_flag("--allow-last-try", typed.allow_last_try, text(Message::option_allow_last_try));
        }
        add_descriptor(*pin_change_, "--pin-fd", typed.pin_fd, Message::option_pin_fd);
        pin_change_->add_flag("--pin-pad", typed.pin_pad, text(Message::option_pin_pad));
        add_descriptor(*pin_unblock_, "--puk-fd", typed.puk_fd, Message::option_puk_fd);
    }

    void add_verify() {
        verify_ = verb(app_, "verify", Message::help_verify, Message::examples_verify);
        add(*verify_, "folder", typed.folder, Message::option_verify_folder, "DIR");
        add(*verify_, "--sod", typed.security_object, Message::option_sod, "FILE");
        add(*verify_, "--com", typed.com, Message::option_com, "FILE");
        add_each(*verify_, "--dg", typed.data_groups, Message::option_dg, "N=FILE");
        add(*verify_, "--card-security", typed.card_security, Message::option_card_security, "FILE");
        add_each(*verify_, "--trust", typed.trust, Message::option_verify_trust, "PATH");
        add(*verify_, "--certificate", typed.certificate, Message::option_certificate, "FILE");
        add_each(*verify_, "--intermediate", typed.intermediates, Message::option_intermediate, "FILE");
        add_each(*verify_, "--trust-anchor", typed.anchors, Message::option_trust_anchor, "FILE");
        add_each(*verify_, "--crl", typed.revocation_lists, Message::option_crl, "FILE");
        add(*verify_, "--at", typed.at, Message::option_at, "TIME");
        verify_->add_flag("--explain", typed.explain, text(Message::option_explain));
    }

    void add_trust() {
        CLI::App* trust = verb(app_, "trust", Message::help_trust, Message::examples_trust);
        trust->require_subcommand(1);
        import_ = verb(*trust, "import", Message::help_trust_import, Message::examples_trust_import);
        add(*import_, "files", typed.files, Message::option_trust_files, "FILE")->required();
        add_each(*import_, "--pin", typed.pins, Message::option_trust_pin, "ROOT");
        import_->add_flag("--allow-rollback", typed.allow_rollback, text(Message::option_allow_rollback));
        add_each(*import_, "--purpose", typed.anchor_purposes, Message::option_anchor_purpose, "PURPOSE")
            ->check(CLI::IsMember(
                {"documents", "national_pki", "master_lists", "manifests", "bundles", "receipts", "terminals"}));
        add(*import_, "--vanished", typed.vanished, Message::option_vanished, "WHAT")
            ->check(CLI::IsMember({"keep", "ask", "distrust"}));
        list_ = verb(*trust, "list", Message::help_trust_list, Message::examples_trust);
        show_ = verb(*trust, "show", Message::help_trust_show, Message::examples_trust);
        add(*show_, "id", typed.id, Message::option_trust_id, "ID")->required();
        status_ = verb(*trust, "status", Message::help_trust_status, Message::examples_trust);
        keep_ = verb(*trust, "keep", Message::help_trust_keep, Message::examples_trust_decide);
        distrust_ = verb(*trust, "distrust", Message::help_trust_distrust, Message::examples_trust_decide);
        for (CLI::App* app : {keep_, distrust_}) {
            add(*app, "id", typed.id, Message::option_trust_id, "ID")->required();
        }
        for (CLI::App* app : {import_, list_, show_, status_, keep_, distrust_}) {
            add(*app, "--store", typed.store, Message::option_store, "DIR");
        }
        add_hot_list(*trust);
    }

    void add_hot_list(CLI::App& trust) {
        hot_list_ = verb(trust, "hot-list", Message::help_hot_list, Message::examples_hot_list);
        hot_list_->require_subcommand(1);
        build_ = verb(*hot_list_, "build", Message::help_hot_list_build, Message::examples_hot_list);
        add(*build_, "--issuer", typed.issuer, Message::option_hot_list_issuer, "STATE")->required();
        add(*build_, "--sequence", typed.sequence, Message::option_hot_list_sequence, "N")
            ->required()
            ->check(CLI::PositiveNumber.description(""));
        add(*build_, "--issued-at", typed.issued_at, Message::option_hot_list_issued_at, "TIME");
        add(*build_, "--key", typed.key, Message::option_hot_list_key, "FILE")->required();
        add(*build_, "--signer-key", typed.signer_key, Message::option_hot_list_signer_key, "KEY")->required();
        add(*build_, "--signer-certificate", typed.signer_certificate, Message::option_hot_list_signer_certificate,
            "FILE")
            ->required();
        add(*build_, "serials", typed.serials, Message::option_hot_list_serials, "SERIALS")->required();
        delta_ = verb(*hot_list_, "delta", Message::help_hot_list_delta, Message::examples_hot_list);
        add(*delta_, "from", typed.from, Message::option_hot_list_from, "FROM")->required();
        add(*delta_, "to", typed.to, Message::option_hot_list_to, "TO")->required();
        merge_ = verb(*hot_list_, "merge", Message::help_hot_list_merge, Message::examples_hot_list);
        add(*merge_, "base", typed.base, Message::option_hot_list_base, "BASE")->required();
        add(*merge_, "deltas", typed.deltas, Message::option_hot_list_deltas, "DELTA")->required();
        for (CLI::App* app : {build_, delta_, merge_}) {
            add(*app, "--out", typed.out, Message::option_hot_list_out, "FILE")->required();
        }
        verify_list_ = verb(*hot_list_, "verify", Message::help_hot_list_verify, Message::examples_hot_list);
        add(*verify_list_, "file", typed.base, Message::option_hot_list_file, "FILE")->required();
        add_each(*verify_list_, "--trust", typed.trust, Message::option_verify_trust, "PATH")->required();
        show_list_ = verb(*hot_list_, "show", Message::help_hot_list_show, Message::examples_hot_list);
        add(*show_list_, "file", typed.base, Message::option_hot_list_file, "FILE")->required();
    }

    TrustImportArguments trust_import_arguments() const {
        if (!typed.vanished.empty() && typed.store.empty()) {
            throw InvalidInput("usage.conflict", "--vanished goes with --store only",
                               "For the daemon, its configuration says it: vanished_anchors.");
        }
        return {optional(typed.store), typed.pins,           typed.anchor_purposes,
                typed.vanished,        typed.allow_rollback, paths(typed.files)};
    }

    Verb hot_list_arguments() const {
        if (delta_->parsed()) return HotListDeltaArguments{typed.from, typed.to, typed.out};
        if (merge_->parsed()) return HotListMergeArguments{typed.base, paths(typed.deltas), typed.out};
        if (verify_list_->parsed()) return HotListVerifyArguments{typed.base, paths(typed.trust)};
        if (show_list_->parsed()) return HotListShowArguments{typed.base};
        return HotListBuildArguments{checked_issuing_state(typed.issuer),
                                     typed.sequence,
                                     time(typed.issued_at),
                                     typed.key,
                                     typed.signer_key,
                                     typed.signer_certificate,
                                     typed.out,
                                     paths(typed.serials)};
    }

    void add_party() {
        CLI::App* party = verb(app_, "party", Message::help_party, Message::examples_party);
        party->require_subcommand(1);
        party_add_ = verb(*party, "add", Message::help_party_add, Message::examples_party);
        add_each(*party_add_, "--user", typed.users, Message::option_party_user, "USER");
        add_each(*party_add_, "--group", typed.groups, Message::option_party_group, "GROUP");
        add_each(*party_add_, "--purpose", typed.purposes, Message::option_party_purpose, "WORD")->required();
        add_each(*party_add_, "--predicate", typed.predicates, Message::option_party_predicate, "NAME");
        add_each(*party_add_, "--attribute", typed.attributes, Message::option_party_attribute, "NAME");
        add(*party_add_, "--holder", typed.holder_demand, Message::option_party_holder, "METHOD")
            ->check(CLI::IsMember({"none", "portrait", "pin"}));
        add(*party_add_, "--rate", typed.rate, Message::option_party_rate, "N")
            ->check(CLI::Range(1, 10'000).description(""));
        add(*party_add_, "--key", typed.key, Message::option_party_key, "PATH")->required();
        party_list_ = verb(*party, "list", Message::help_party_list, Message::examples_party);
        party_show_ = verb(*party, "show", Message::help_party_show, Message::examples_party);
        party_remove_ = verb(*party, "remove", Message::help_party_remove, Message::examples_party);
        for (CLI::App* app : {party_add_, party_show_, party_remove_}) {
            add(*app, "name", typed.name, Message::option_party_name, "NAME")->required();
        }
    }

    void add_identity_check() {
        identity_check_ = verb(app_, "identity-check", Message::help_identity_check, Message::examples_identity_check);
        CLI::App& app = *identity_check_;
        add(app, "--party", typed.party, Message::option_party, "NAME")->required();
        add(app, "--nonce", typed.nonce, Message::option_nonce, "TEXT")->required();
        add(app, "--want", typed.want, Message::option_want, "LIST")->required();
        add(app, "--purpose", typed.question_purpose, Message::option_question_purpose, "WORD")->required();
        add(app, "--audience", typed.audience, Message::option_audience, "TEXT");
        add(app, "--consent", typed.consent, Message::option_consent, "TEXT");
        add(app, "--language", typed.language, Message::option_language, "TAG");
        add(app, "--consent-by", typed.consent_by, Message::option_consent_by, "METHOD")
            ->check(CLI::IsMember({"operator", "pin"}));
        add(app, "--operator", typed.operator_id, Message::option_counter_person, "ID");
        add(app, "--holder", typed.holder, Message::option_identity_holder, "METHOD")
            ->check(CLI::IsMember({"pin", "portrait"}));
        add(app, "--wait", typed.wait, Message::option_wait, "SECONDS")->check(CLI::Range(0, 300).description(""));
        add(app, "--out", typed.out, Message::option_answer_out, "FILE");
        add_each(app, "--trust", typed.trust, Message::option_answer_trust, "PATH");
        add_access_options(app);
    }

    void add_profile() {
        CLI::App* profile = verb(app_, "profile", Message::help_profile, Message::examples_profile);
        profile->require_subcommand(1);
        profile_list_ = verb(*profile, "list", Message::help_profile_list, Message::examples_profile);
        profile_show_ = verb(*profile, "show", Message::help_profile_show, Message::examples_profile);
        add(*profile_show_, "name", typed.profile, Message::option_profile_name, "NAME")->required();
        for (CLI::App* app : {profile_list_, profile_show_})
            add(*app, "--profiles", typed.profiles, Message::option_profiles, "DIR");
        profile_check_ = verb(*profile, "check", Message::help_profile_check, Message::examples_profile);
        add(*profile_check_, "files", typed.profile_files, Message::option_profile_files, "FILE")->required();
        profile_probe_ = verb(*profile, "probe", Message::help_profile_probe, Message::examples_profile);
        add(*profile_probe_, "--reader", typed.reader, Message::option_reader, "ID");
    }

    void add_emulate() {
        emulate_ = verb(app_, "emulate", Message::help_emulate, Message::examples_emulate);
        std::vector<std::string> cards{"specimen", "npa"};
        cards.insert(cards.end(), emulator::kNationalCards.begin(), emulator::kNationalCards.end());
        add(*emulate_, "--card", typed.card, Message::option_card, "CARD")->check(CLI::IsMember(cards));
        add(*emulate_, "--person", typed.person, Message::option_person, "FILE");
        add(*emulate_, "--vpcd", typed.address, Message::option_vpcd, "HOST:PORT");
        add(*emulate_, "--access", typed.specimen.access, Message::option_access, "PROTOCOL[,PROTOCOL]");
        add(*emulate_, "--chip", typed.specimen.chip, Message::option_chip, "PROOF")
            ->check(CLI::IsMember({"none", "ca", "aa-rsa", "aa-ecdsa"}));
        add(*emulate_, "--cipher", typed.specimen.cipher, Message::option_cipher, "CIPHER")
            ->check(CLI::IsMember({"3des", "aes-128", "aes-192", "aes-256"}));
        add(*emulate_, "--curve", typed.specimen.curve, Message::option_curve, "NAME");
        add(*emulate_, "--pin", typed.specimen.pin, Message::option_emulated_pin, "DIGITS");
        add(*emulate_, "--puk", typed.specimen.puk, Message::option_emulated_puk, "DIGITS");
        emulate_->add_flag("--eac", typed.eac, text(Message::option_eac));
        add(*emulate_, "--link", typed.link, Message::option_link, "LINK")
            ->check(CLI::IsMember({"contact", "contactless"}));
        add(*emulate_, "--fault", typed.fault, Message::option_fault, "SPEC");
        emulate_->add_flag("--transport-pin", typed.transport_pin, text(Message::option_transport_pin));
        add(*emulate_, "--trust-out", typed.trust_out, Message::option_trust_out, "DIR");
        add(*emulate_, "--provider", typed.provider, Message::option_provider, "SOCKET");
    }

    static std::optional<std::filesystem::path> optional(const std::string& path) {
        if (path.empty()) return std::nullopt;
        return std::filesystem::path(path);
    }

    static std::vector<std::filesystem::path> paths(const Paths& typed) { return {typed.begin(), typed.end()}; }

    static std::optional<std::chrono::sys_seconds> time(const std::string& typed) {
        if (typed.empty()) return std::nullopt;
        return checked_time(typed);
    }

    /// Where a secret comes from: an option may be missing, stand alone (then it is asked for), or hold the secret.
    static SecretSource source(const std::string& option, const std::vector<std::string>& typed, int descriptor,
                               std::vector<std::string>& warnings) {
        if (descriptor >= 0) {
            if (!typed.empty()) {
                throw InvalidInput("usage.conflict", option + " and " + option + "-fd are given both",
                                   "Leave out one of them.");
            }
            return {SecretSource::Kind::descriptor, {}, descriptor};
        }
        if (typed.empty()) return {};
        if (typed.size() == 1 && typed.front().empty()) return {SecretSource::Kind::terminal, {}, -1};
        warnings.push_back(option);
        SecretSource given{SecretSource::Kind::command_line, {}, -1};
        for (const std::string& line : typed) given.given.emplace_back(as_bytes(line));
        return given;
    }

    AccessArguments access(std::vector<std::string>& warnings) const {
        const auto has_value = [](const std::vector<std::string>& code) {
            return !code.empty() && !code.front().empty();
        };
        if (has_value(typed.pin) || has_value(typed.puk)) {
            throw InvalidInput("usage.pin", "a PIN on the command line is not taken, because others can read it there",
                               "Leave the value out to be asked for it, or use --pin-fd.");
        }
        AccessArguments access;
        access.can = source("--can", typed.can, typed.can_fd, warnings);
        for (auto& can : access.can.given) can = checked_can(can.view());
        access.mrz = source("--mrz", typed.mrz, typed.mrz_fd, warnings);
        if (!access.mrz.given.empty()) access.mrz.given = checked_mrz(access.mrz.given);
        access.pin = source("--pin", typed.pin, typed.pin_fd, warnings);
        access.puk = source("--puk", typed.puk, typed.puk_fd, warnings);
        access.allow_last_try = typed.allow_last_try;
        access.pin_pad = typed.pin_pad;
        if (typed.pin_pad && (access.pin.kind != SecretSource::Kind::none || typed.new_pin_fd >= 0)) {
            throw InvalidInput("usage.conflict", "the PIN is typed on the reader and given here both",
                               "Leave out --pin-pad, or --pin, --pin-fd and --new-pin-fd.");
        }
        const bool all = !typed.document_number.empty() && !typed.birth_date.empty() && !typed.expiry_date.empty();
        const bool any = !typed.document_number.empty() || !typed.birth_date.empty() || !typed.expiry_date.empty();
        if (any && !all) {
            throw InvalidInput("usage.access", "document number, birth date and expiry date belong together",
                               "Give --document-number, --birth-date and --expiry-date.");
        }
        if (all) {
            access.document_number = checked_document_number(typed.document_number);
            access.birth_date = daemon::to_iso(daemon::parse_typed_date(typed.birth_date));
            access.expiry_date = daemon::to_iso(daemon::parse_typed_date(typed.expiry_date));
        }
        const auto ways = int{access.can.kind != SecretSource::Kind::none} +
                          int{access.mrz.kind != SecretSource::Kind::none} + int{all};
        if (ways > 1) {
            throw InvalidInput("usage.access", "a card is opened in one way only",
                               "Give one of --can, --mrz, and --document-number with both dates.");
        }
        return access;
    }

    /// A secret that is read from a descriptor, or else asked for.
    static SecretSource asked_or_read(int descriptor) {
        if (descriptor >= 0) return {SecretSource::Kind::descriptor, {}, descriptor};
        return {SecretSource::Kind::terminal, {}, -1};
    }

    PinArguments pin_arguments(std::vector<std::string>& warnings) const {
        PinArguments pin;
        pin.check.reader = typed.reader;
        pin.check.purpose = "read";
        pin.check.holder = "pin";
        AccessArguments& secrets = pin.check.access;
        secrets = access(warnings);
        if (pin_unblock_->parsed()) {
            secrets.pin_act = "unblock";
            secrets.puk = asked_or_read(typed.puk_fd);
            secrets.new_pin = asked_or_read(typed.new_pin_fd);
        } else {
            set_new_pin(secrets);
        }
        return pin;
    }

    void set_new_pin(AccessArguments& secrets) const {
        secrets.pin_act = "change";
        if (typed.pin_pad) return;
        secrets.pin = asked_or_read(typed.pin_fd);
        secrets.new_pin = asked_or_read(typed.new_pin_fd);
    }

    CheckArguments check_arguments(std::vector<std::string>& warnings) const {
        CheckArguments check;
        check.reader = typed.reader;
        check.access = access(warnings);
        check.holder = typed.holder;
        check.access.fingerprint = typed.fingerprint;
        if ((check.holder == "fingerprint") == typed.fingerprint.empty()) {
            throw InvalidInput("usage.fingerprint", "a fingerprint's template and --holder fingerprint belong together",
                               "Give --holder fingerprint and --fingerprint FILE.");
        }
        const bool sets = typed.new_pin || typed.new_pin_fd >= 0;
        if (check.holder != "pin" && (sets || typed.pin_pad)) {
            throw InvalidInput("usage.pin", "a new PIN or a PIN pad goes with --holder pin only", "Add --holder pin.");
        }
        if (sets) {
            set_new_pin(check.access);
        } else if (check.holder == "pin" && !typed.pin_pad && check.access.pin.kind == SecretSource::Kind::none) {
            check.access.pin.kind = SecretSource::Kind::terminal;
        }
        for (const std::string& expected : typed.expected) {
            auto pair = checked_expectation(expected);
            for (const auto& [field, value] : check.expected) {
                if (field == pair.first) throw InvalidInput("input.expect", field + " is expected twice");
            }
            check.expected.push_back(std::move(pair));
        }
        check.purpose = read_->parsed() ? "read" : typed.purpose;
        check.out = optional(typed.out);
        return check;
    }

    IdentityCheckArguments identity_check_arguments(std::vector<std::string>& warnings) const {
        IdentityCheckArguments check;
        check.party = typed.party;
        check.nonce = typed.nonce;
        check.audience = typed.audience.empty() ? typed.party : typed.audience;
        check.purpose = typed.question_purpose;
        check.want = checked_want(typed.want);
        check.consent = typed.consent;
        check.language = typed.language;
        check.consent_by = typed.consent_by;
        check.operator_id = typed.operator_id;
        check.holder = typed.holder;
        check.reader = typed.reader;
        check.wait = typed.wait;
        check.access = access(warnings);
        const bool pin = check.holder == "pin" || check.consent_by == "pin";
        if (pin && check.access.pin.kind == SecretSource::Kind::none) {
            check.access.pin.kind = SecretSource::Kind::terminal;
        }
        check.out = optional(typed.out);
        check.trust = paths(typed.trust);
        return check;
    }

    bool names_card_files() const {
        return !typed.security_object.empty() || !typed.com.empty() || !typed.data_groups.empty() ||
               !typed.card_security.empty();
    }

    VerifyCertificateArguments verify_certificate_arguments() const {
        if (names_card_files() || !typed.folder.empty() || !typed.trust.empty()) {
            throw InvalidInput("usage.conflict", "a certificate and the files of a card are given both",
                               "Give --certificate with --intermediate, --trust-anchor and --crl only.");
        }
        return {typed.certificate,    paths(typed.intermediates),
                paths(typed.anchors), paths(typed.revocation_lists),
                time(typed.at),       typed.explain};
    }

    VerifyArguments verify_arguments() const {
        if (!typed.intermediates.empty() || !typed.anchors.empty() || !typed.revocation_lists.empty()) {
            throw InvalidInput("usage.conflict", "--intermediate, --trust-anchor and --crl go with --certificate",
                               "Name the certificate that is to be verified by --certificate.");
        }
        const bool files = names_card_files();
        if (files == !typed.folder.empty()) {
            throw InvalidInput(
                "usage.conflict", files ? "a folder and single files are given both" : "nothing to verify",
                "Give either a folder, or files by --sod, --com, --dg and --card-security, or --certificate.");
        }
        VerifyArguments verify;
        verify.folder = optional(typed.folder);
        verify.security_object = optional(typed.security_object);
        verify.com = optional(typed.com);
        verify.card_security = optional(typed.card_security);
        for (const std::string& group : typed.data_groups) {
            auto [number, file] = checked_data_group(group);
            for (const auto& other : verify.data_groups) {
                if (other.first == number) throw InvalidInput("input.data_group", "a data group is given twice");
            }
            verify.data_groups.emplace_back(number, file);
        }
        verify.trust = paths(typed.trust);
        verify.at = time(typed.at);
        verify.explain = typed.explain;
        return verify;
    }

    EmulateArguments emulate_arguments() const {
        const auto [host, port] = checked_host_and_port(typed.address);
        if (!typed.fault.empty()) emulator::parse_fault(typed.fault);
        typed.specimen.options();  // throws when a word says nothing
        const bool contactless = typed.card == "specimen" || typed.card == "npa";
        const std::string link = !typed.link.empty() ? typed.link : contactless ? "contactless" : "contact";
        return {typed.card,
                optional(typed.person),
                host,
                port,
                typed.specimen,
                typed.eac,
                link,
                typed.transport_pin,
                typed.fault,
                optional(typed.trust_out),
                optional(typed.provider)};
    }

    CLI::App app_;
    DeskGrammar desk_;
    CLI::App *readers_ = nullptr, *doctor_ = nullptr, *check_ = nullptr, *read_ = nullptr, *verify_ = nullptr,
             *import_ = nullptr, *list_ = nullptr, *show_ = nullptr, *status_ = nullptr, *keep_ = nullptr,
             *distrust_ = nullptr, *hot_list_ = nullptr, *build_ = nullptr, *delta_ = nullptr, *merge_ = nullptr,
             *verify_list_ = nullptr, *show_list_ = nullptr, *party_add_ = nullptr, *party_list_ = nullptr,
             *party_show_ = nullptr, *party_remove_ = nullptr, *identity_check_ = nullptr, *emulate_ = nullptr;
    CLI::App *profile_list_ = nullptr, *profile_show_ = nullptr, *profile_check_ = nullptr, *profile_probe_ = nullptr;
    CLI::App *pin_change_ = nullptr, *pin_unblock_ = nullptr;
};

/// "tahvil trust import", as far as the verbs were understood.
std::string path_of(const CLI::App& app) {
    std::string path = "tahvil";
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        path += " " + at->get_name();
    }
    return path;
}

std::string trouble(Language language, const CLI::ParseError& error) {
    std::string what = error.what();
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        if (what.starts_with("A subcommand")) return say(language, Message::usage_verb_missing);
        return say(language, Message::usage_missing, {what.substr(0, what.find(' '))});
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        return say(language, Message::usage_unexpected, {what.substr(what.rfind(' ') + 1)});
    }
    return what;
}

}  // namespace

std::variant<Arguments, Answer> parse_arguments(int count, const char* const* values, Language language) {
    Grammar grammar(language);
    CLI::App& app = grammar.app();
    try {
        app.parse(count, values);
        Arguments arguments;
        arguments.json = grammar.typed.json;
        arguments.socket = grammar.typed.socket;
        arguments.verb = grammar.chosen(arguments.warnings);
        return arguments;
    } catch (const CLI::CallForHelp&) {
        return Answer{ExitStatus::done, app.help()};
    } catch (const CLI::CallForVersion& version) {
        return Answer{ExitStatus::done, std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return Answer{ExitStatus::bad_input, say(language, Message::usage_error, {trouble(language, error)}) + "\n" +
                                                 say(language, Message::usage_see_help, {path_of(app)}) + "\n"};
    }
}

}  // namespace tahvil::cli
