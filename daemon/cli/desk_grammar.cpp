#include "daemon/cli/desk_grammar.h"

#include <pwd.h>
#include <unistd.h>

#include "crypto/error.h"
#include "daemon/cli/input.h"
#include "daemon/cli/verb_builder.h"
#include "daemon/text/date.h"
#include "daemon/text/national_code.h"

namespace tahvil::cli {

namespace {

constexpr int kLastDescriptor = 1 << 20;
constexpr std::uint64_t kMostEntries = 1'000'000'000;
constexpr int kMostDays = 36'500;

std::string login_name() {
    const passwd* entry = ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): no thread yet
    return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(::geteuid());
}

std::optional<std::filesystem::path> optional(const std::string& path) {
    if (path.empty()) return std::nullopt;
    return std::filesystem::path(path);
}

std::vector<std::filesystem::path> paths(const std::vector<std::string>& typed) {
    return {typed.begin(), typed.end()};
}

InvalidInput usage(const std::string& what, const std::string& remedy) {
    return {"usage.conflict", what, remedy};
}

/// ITEM=METHOD, or ITEM=METHOD:WHY.
SettlementArguments settlement(const std::string& typed) {
    const std::size_t equals = typed.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == typed.size())
        throw InvalidInput("input.settle", "\"" + typed + "\" settles nothing",
                           "Write ITEM=WAY or ITEM=WAY:REASON; `delivery handover` names items and ways.");
    const std::string way = typed.substr(equals + 1);
    const std::size_t colon = way.find(':');
    return {typed.substr(0, equals), way.substr(0, colon), colon == std::string::npos ? "" : way.substr(colon + 1)};
}

}  // namespace

class DeskGrammar::Impl : public VerbBuilder {
public:
    using VerbBuilder::VerbBuilder;

    void add_to(CLI::App& app) {
        add_delivery(app);
        inquiry_ = verb(app, "inquiry", Message::help_inquiry, Message::examples_inquiry);
        add(*inquiry_, "--tracking-code", typed_.tracking_code, Message::option_tracking_code, "T");
        add(*inquiry_, "--national-code", typed_.national_code, Message::option_national_code, "N");
        add(*inquiry_, "--birth-certificate-serial", typed_.serial, Message::option_birth_certificate_serial, "S");
        add(*inquiry_, "--birth-date", typed_.birth_date, Message::option_birth_date, "DATE");
        CLI::App* group = verb(app, "receipt", Message::help_receipt, Message::examples_receipt);
        group->require_subcommand(1);
        receipt_verify_ = verb(*group, "verify", Message::help_receipt_verify, Message::examples_receipt);
        add(*receipt_verify_, "file", typed_.file, Message::option_receipt_file, "FILE")->required();
        add_each(*receipt_verify_, "--trust", typed_.trust, Message::option_receipt_trust, "PATH");
        add(*receipt_verify_, "--nonce", typed_.nonce, Message::option_answer_nonce, "TEXT");
        add(*receipt_verify_, "--audience", typed_.audience, Message::option_answer_audience, "TEXT");
        add(*receipt_verify_, "--at", typed_.at, Message::option_at, "TIME");
        add_journal(app);
        add_terminal(app);
    }

    std::optional<Verb> chosen() const {
        if (delivery_->parsed()) return delivery();
        if (inquiry_->parsed()) return inquiry();
        if (receipt_verify_->parsed()) return receipt_verify();
        if (journal_show_->parsed()) return JournalShowArguments{typed_.from, typed_.count};
        if (journal_export_->parsed()) return JournalExportArguments{typed_.file};
        if (journal_verify_->parsed())
            return JournalVerifyArguments{typed_.file, typed_.keys, paths(typed_.checkpoints), paths(typed_.receipts)};
        if (terminal_show_->parsed()) return TerminalShowArguments{};
        if (enrol_->parsed())
            return TerminalEnrolArguments{person(),
                                          typed_.terminal,
                                          typed_.office,
                                          typed_.receipts_key,
                                          typed_.checkpoints_key,
                                          optional(typed_.request)};
        if (renew_->parsed())
            return TerminalRenewArguments{person(), typed_.role, typed_.key, optional(typed_.request)};
        if (certify_->parsed()) return TerminalCertifyArguments{person(), typed_.file};
        if (revoke_->parsed()) return TerminalRevokeArguments{person(), typed_.id, typed_.why};
        return std::nullopt;
    }

private:
    void add_operator(CLI::App& app) {
        add(app, "--operator", typed_.operator_id, Message::option_operator, "ID");
        add(app, "--established", typed_.established, Message::option_established, "HOW")
            ->check(CLI::IsMember({"os_login", "password", "badge", "card", "fingerprint"}));
    }

    void add_read(CLI::App& app) {
        add_operator(app);
        add(app, "--reader", typed_.reader, Message::option_reader, "ID");
        add(app, "--can-fd", typed_.can_fd, Message::option_can_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
        add(app, "--pin-fd", typed_.pin_fd, Message::option_pin_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
    }

    CLI::App* with_id(CLI::App& parent, const std::string& word, Message help) {
        CLI::App* app = verb(parent, word, help, Message::examples_delivery);
        add(*app, "id", typed_.id, Message::option_delivery_id, "ID")->required();
        return app;
    }

    void add_delivery(CLI::App& app) {
        delivery_ = verb(app, "delivery", Message::help_delivery, Message::examples_delivery);
        delivery_->require_subcommand(1);
        import_ = verb(*delivery_, "import", Message::help_delivery_import, Message::examples_delivery);
        add(*import_, "file", typed_.file, Message::option_manifest, "FILE")->required();
        import_->add_flag("--good-rows-only", typed_.good_rows_only, text(Message::option_good_rows_only));
        add_operator(*import_);
        check_in_ = verb(*delivery_, "check-in", Message::help_delivery_check_in, Message::examples_delivery_check_in);
        add(*check_in_, "id", typed_.id, Message::option_delivery_id, "ID");
        add(*check_in_, "--tracking-code", typed_.tracking_code, Message::option_tracking_code, "T");
        check_in_->add_flag("--tray", typed_.tray, text(Message::option_tray));
        add_read(*check_in_);
        find_ = verb(*delivery_, "find", Message::help_delivery_find, Message::examples_delivery);
        add(*find_, "--tracking-code", typed_.tracking_code, Message::option_tracking_code, "T");
        add(*find_, "--national-code", typed_.national_code, Message::option_national_code, "N");
        add(*find_, "--card-serial", typed_.card_serial, Message::option_card_serial, "S");
        add(*find_, "--name", typed_.name, Message::option_name, "NAME");
        list_ = verb(*delivery_, "list", Message::help_delivery_list, Message::examples_delivery);
        add(*list_, "--stage", typed_.stage, Message::option_stage, "STAGE")
            ->required()
            ->check(CLI::IsMember(
                {"expected", "arrived", "notified", "presented", "handed_over", "returned", "withdrawn", "missing"}));
        show_ = with_id(*delivery_, "show", Message::help_delivery_show);
        handover_ = verb(*delivery_, "handover", Message::help_delivery_handover, Message::examples_handover);
        add(*handover_, "id", typed_.id, Message::option_delivery_id, "ID")->required();
        add_each(*handover_, "--settle", typed_.settle, Message::option_settle, "ITEM=WAY[:REASON]");
        add_each(*handover_, "--refer", typed_.refer, Message::option_refer, "ITEM:REASON");
        add(*handover_, "--second-person", typed_.second_person, Message::option_second_person, "ID");
        add(*handover_, "--second-established", typed_.second_established, Message::option_established, "HOW")
            ->check(CLI::IsMember({"os_login", "password", "badge", "card", "fingerprint"}));
        add(*handover_, "--holder", typed_.holder, Message::option_holder, "METHOD")
            ->check(CLI::IsMember({"pin", "portrait"}));
        add(*handover_, "--receipt", typed_.receipt, Message::option_receipt_out, "FILE");
        add_read(*handover_);
        handover_->add_flag("--new-pin", typed_.new_pin, text(Message::option_new_pin));
        add(*handover_, "--new-pin-fd", typed_.new_pin_fd, Message::option_new_pin_fd, "FD")
            ->check(CLI::Range(0, kLastDescriptor).description(""));
        handover_->add_flag("--pin-pad", typed_.pin_pad, text(Message::option_pin_pad));
        handover_->add_flag("--allow-last-try", typed_.allow_last_try, text(Message::option_allow_last_try));
        decide_ = verb(*delivery_, "decide", Message::help_delivery_decide, Message::examples_handover);
        add(*decide_, "id", typed_.id, Message::option_delivery_id, "ID")->required();
        add(*decide_, "item", typed_.item, Message::option_item, "ITEM")->required();
        decide_->add_flag("--approve,!--decline", typed_.approve, text(Message::option_approve))->required();
        add(*decide_, "--why", typed_.why, Message::option_why, "TEXT")->required();
        add_operator(*decide_);
        receipt_ = with_id(*delivery_, "receipt", Message::help_delivery_receipt);
        add(*receipt_, "--out", typed_.receipt, Message::option_receipt_out, "FILE");
        for (const auto& [act, help] :
             {std::pair{"notify", Message::help_delivery_notify},
              std::pair{"withdraw", Message::help_delivery_withdraw}, std::pair{"miss", Message::help_delivery_miss},
              std::pair{"put-back", Message::help_delivery_put_back}}) {
            CLI::App* move = with_id(*delivery_, act, help);
            add(*move, "--why", typed_.why, Message::option_why, "TEXT");
            add_operator(*move);
            moves_.push_back(move);
        }
        add_uncollected(*delivery_);
    }

    void add_uncollected(CLI::App& delivery) {
        uncollected_ = verb(delivery, "uncollected", Message::help_delivery_uncollected, Message::examples_uncollected);
        add(*uncollected_, "--days", typed_.days, Message::option_days, "N")
            ->check(CLI::Range(0, kMostDays).description(""));
        notices_ = verb(delivery, "notices", Message::help_delivery_notices, Message::examples_uncollected);
        add(*notices_, "--state", typed_.state, Message::option_notice_state, "STATE")
            ->required()
            ->check(CLI::IsMember({"waiting", "sent", "delivered", "failed", "cancelled"}));
        return_ = verb(delivery, "return", Message::help_delivery_return, Message::examples_uncollected);
        add(*return_, "id", typed_.ids, Message::option_delivery_id, "ID");
        return_->add_flag("--overdue", typed_.overdue, text(Message::option_overdue));
        add(*return_, "--why", typed_.why, Message::option_why, "TEXT")->required();
        add_operator(*return_);
        shipment_ = verb(delivery, "shipment", Message::help_delivery_shipment, Message::examples_uncollected);
        add(*shipment_, "id", typed_.id, Message::option_shipment_id, "ID")->required();
        for (CLI::App* each : {return_, shipment_})
            add(*each, "--out", typed_.manifest, Message::option_shipment_out, "FILE");
    }

    void add_journal(CLI::App& app) {
        CLI::App* journal = verb(app, "journal", Message::help_journal, Message::examples_journal);
        journal->require_subcommand(1);
        journal_show_ = verb(*journal, "show", Message::help_journal_show, Message::examples_journal);
        add(*journal_show_, "--from", typed_.from, Message::option_from, "N");
        add(*journal_show_, "--count", typed_.count, Message::option_count, "N")
            ->check(CLI::Range(std::uint64_t{1}, kMostEntries).description(""));
        journal_export_ = verb(*journal, "export", Message::help_journal_export, Message::examples_journal);
        add(*journal_export_, "file", typed_.file, Message::option_export_file, "FILE")->required();
        journal_verify_ = verb(*journal, "verify", Message::help_journal_verify, Message::examples_journal);
        add(*journal_verify_, "file", typed_.file, Message::option_export_file, "FILE")->required();
        add_each(*journal_verify_, "--key", typed_.keys, Message::option_journal_key, "KEY")->required();
        add_each(*journal_verify_, "--checkpoint", typed_.checkpoints, Message::option_checkpoint, "FILE");
        add_each(*journal_verify_, "--receipt", typed_.receipts, Message::option_journal_receipt, "FILE");
    }

    void add_terminal(CLI::App& app) {
        CLI::App* group = verb(app, "terminal", Message::help_terminal, Message::examples_terminal);
        group->require_subcommand(1);
        terminal_show_ = verb(*group, "show", Message::help_terminal_show, Message::examples_terminal);
        enrol_ = verb(*group, "enrol", Message::help_terminal_enrol, Message::examples_terminal);
        add(*enrol_, "--terminal", typed_.terminal, Message::option_terminal, "NAME")->required();
        add(*enrol_, "--office", typed_.office, Message::option_office, "OFFICE")->required();
        add(*enrol_, "--receipts-key", typed_.receipts_key, Message::option_receipts_key, "KEY");
        add(*enrol_, "--checkpoints-key", typed_.checkpoints_key, Message::option_checkpoints_key, "KEY");
        renew_ = verb(*group, "renew", Message::help_terminal_renew, Message::examples_terminal);
        add(*renew_, "--role", typed_.role, Message::option_role, "ROLE")
            ->check(CLI::IsMember({"receipts", "checkpoints"}));
        add(*renew_, "--key", typed_.key, Message::option_key, "KEY");
        certify_ = verb(*group, "certify", Message::help_terminal_certify, Message::examples_terminal);
        add(*certify_, "file", typed_.file, Message::option_terminal_certificate, "FILE")->required();
        revoke_ = verb(*group, "revoke", Message::help_terminal_revoke, Message::examples_terminal);
        add(*revoke_, "key", typed_.id, Message::option_key_id, "KEY")->required();
        add(*revoke_, "--why", typed_.why, Message::option_why, "TEXT")->required();
        for (CLI::App* each : {enrol_, renew_})
            add(*each, "--request", typed_.request, Message::option_request, "FILE");
        for (CLI::App* each : {enrol_, renew_, certify_, revoke_}) add_operator(*each);
    }

    OperatorArguments person() const {
        if (typed_.operator_id.empty()) return {login_name(), typed_.established};
        return {typed_.operator_id, typed_.established};
    }

    DeskReadArguments read() const {
        DeskReadArguments read{person(), typed_.reader, {}, typed_.holder};
        if (typed_.can_fd >= 0) read.access.can = {SecretSource::Kind::descriptor, {}, typed_.can_fd};
        if (typed_.pin_fd >= 0) read.access.pin = {SecretSource::Kind::descriptor, {}, typed_.pin_fd};
        const bool sets = typed_.new_pin || typed_.new_pin_fd >= 0;
        if (typed_.holder != "pin" && (sets || typed_.pin_pad))
            throw usage("a new PIN or a PIN pad goes with --holder pin only", "Add --holder pin.");
        if (typed_.pin_pad && (typed_.pin_fd >= 0 || typed_.new_pin_fd >= 0))
            throw usage("the PIN is typed on the reader and given here both",
                        "Leave out --pin-pad, or the descriptors.");
        read.access.allow_last_try = typed_.allow_last_try;
        read.access.pin_pad = typed_.pin_pad;
        if (sets) read.access.pin_act = "change";
        if (typed_.pin_pad || typed_.holder != "pin") return read;
        if (typed_.pin_fd < 0) read.access.pin.kind = SecretSource::Kind::terminal;
        if (sets) read.access.new_pin.kind = SecretSource::Kind::terminal;
        if (typed_.new_pin_fd >= 0) read.access.new_pin = {SecretSource::Kind::descriptor, {}, typed_.new_pin_fd};
        return read;
    }

    Verb delivery() const {
        if (import_->parsed()) return DeliveryImportArguments{person(), typed_.file, typed_.good_rows_only};
        if (check_in_->parsed()) {
            if (int{!typed_.id.empty()} + int{!typed_.tracking_code.empty()} + int{typed_.tray} > 1)
                throw usage("a card is for one record", "Give one of ID, --tracking-code and --tray.");
            return DeliveryCheckInArguments{read(), typed_.id, typed_.tracking_code, typed_.tray};
        }
        if (find_->parsed()) return search();
        if (list_->parsed()) return DeliveryListArguments{typed_.stage};
        if (show_->parsed()) return DeliveryShowArguments{typed_.id};
        if (handover_->parsed()) return handover();
        if (decide_->parsed())
            return DeliveryDecideArguments{person(), typed_.id, typed_.item, typed_.approve, typed_.why};
        if (receipt_->parsed()) return DeliveryReceiptArguments{typed_.id, optional(typed_.receipt)};
        if (uncollected_->parsed()) return DeliveryUncollectedArguments{typed_.days};
        if (notices_->parsed()) return DeliveryNoticesArguments{typed_.state};
        if (return_->parsed()) {
            if (typed_.overdue != typed_.ids.empty())
                throw usage("cards go back by their ids, or all that are overdue", "Give ID... or --overdue.");
            return DeliveryReturnArguments{person(), typed_.ids, typed_.overdue, typed_.why, optional(typed_.manifest)};
        }
        if (shipment_->parsed()) return DeliveryShipmentArguments{typed_.id, optional(typed_.manifest)};
        for (const CLI::App* move : moves_)
            if (move->parsed()) return DeliveryMoveArguments{person(), move->get_name(), typed_.id, typed_.why};
        throw usage("a verb of delivery is missing", "See `tahvil delivery --help`.");
    }

    DeliveryFindArguments search() const {
        std::vector<DeliveryFindArguments> given;
        if (!typed_.tracking_code.empty()) given.push_back({"tracking_code", typed_.tracking_code});
        if (!typed_.national_code.empty())
            given.push_back({"national_code", daemon::parse_national_code(typed_.national_code)});
        if (!typed_.card_serial.empty()) given.push_back({"card_serial", typed_.card_serial});
        if (!typed_.name.empty()) given.push_back({"name", typed_.name});
        if (given.size() != 1)
            throw usage("a search is for one thing",
                        "Give one of --tracking-code, --national-code, --card-serial and --name.");
        return given.front();
    }

    DeliveryHandoverArguments handover() const {
        DeliveryHandoverArguments handover{
            read(), typed_.id, {}, {}, {typed_.second_person, typed_.second_established}, optional(typed_.receipt)};
        for (const std::string& typed : typed_.settle) handover.settle.push_back(settlement(typed));
        for (const std::string& typed : typed_.refer) {
            const std::size_t colon = typed.find(':');
            if (colon == std::string::npos || colon == 0 || colon + 1 == typed.size())
                throw InvalidInput("input.refer", "\"" + typed + "\" says no reason", "Write ITEM:REASON.");
            handover.refer.emplace_back(typed.substr(0, colon), typed.substr(colon + 1));
        }
        return handover;
    }

    ReceiptVerifyArguments receipt_verify() const {
        if (typed_.nonce.empty() != typed_.audience.empty())
            throw usage("an answer is verified by its nonce and its audience", "Give --nonce and --audience.");
        if (!typed_.at.empty() && typed_.nonce.empty())
            throw usage("a receipt does not expire", "Leave out --at, or give --nonce and --audience of an answer.");
        ReceiptVerifyArguments verify{typed_.file, paths(typed_.trust), typed_.nonce, typed_.audience, {}};
        if (!typed_.at.empty()) verify.at = checked_time(typed_.at);
        return verify;
    }

    InquiryArguments inquiry() const {
        const bool three = !typed_.national_code.empty() && !typed_.serial.empty() && !typed_.birth_date.empty();
        const bool any = !typed_.national_code.empty() || !typed_.serial.empty() || !typed_.birth_date.empty();
        if (typed_.tracking_code.empty() ? !three : any)
            throw usage("an inquiry is by a tracking code or by three things of the holder",
                        "Give --tracking-code, or --national-code, --birth-certificate-serial and --birth-date.");
        InquiryArguments inquiry{typed_.tracking_code, {}, typed_.serial, {}};
        if (three) {
            inquiry.national_code = daemon::parse_national_code(typed_.national_code);
            inquiry.birth_date = daemon::to_iso(daemon::parse_typed_date(typed_.birth_date));
        }
        return inquiry;
    }

    struct Typed {
        std::string operator_id, established = "os_login", second_person, second_established = "badge";
        std::string file, id, reader, holder, tracking_code, national_code, card_serial, serial, birth_date, name,
            stage, state, item, why, receipt, manifest, terminal, office, receipts_key, checkpoints_key,
            role = "receipts", key, request, nonce, audience, at;
        std::vector<std::string> ids, settle, refer, trust, keys, checkpoints, receipts;
        int can_fd = -1, pin_fd = -1, new_pin_fd = -1, days = 0;
        bool new_pin = false, pin_pad = false, allow_last_try = false;
        bool good_rows_only = false, tray = false, approve = false, overdue = false;
        std::uint64_t from = 0, count = 20;
    };
    Typed typed_;
    CLI::App *delivery_ = nullptr, *import_ = nullptr, *check_in_ = nullptr, *find_ = nullptr, *list_ = nullptr,
             *show_ = nullptr, *uncollected_ = nullptr, *notices_ = nullptr, *return_ = nullptr, *shipment_ = nullptr,
             *handover_ = nullptr, *decide_ = nullptr, *receipt_ = nullptr, *inquiry_ = nullptr,
             *receipt_verify_ = nullptr, *journal_show_ = nullptr, *journal_export_ = nullptr,
             *journal_verify_ = nullptr, *terminal_show_ = nullptr, *enrol_ = nullptr, *renew_ = nullptr,
             *certify_ = nullptr, *revoke_ = nullptr;
    std::vector<CLI::App*> moves_;
};

DeskGrammar::DeskGrammar(Language language) : impl_(std::make_unique<Impl>(language)) {}

DeskGrammar::~DeskGrammar() = default;

void DeskGrammar::add_to(CLI::App& app) {
    impl_->add_to(app);
}

std::optional<Verb> DeskGrammar::chosen() const {
    return impl_->chosen();
}

}  // namespace tahvil::cli
