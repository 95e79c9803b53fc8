#include "apdu/profiles/reader.h"

#include <algorithm>
#include <set>

#include "apdu/command.h"
#include "apdu/profiles/holder_reader.h"
#include "apdu/profiles/values.h"
#include "crypto/asn1.h"

namespace tahvil::profiles {

namespace {

using toml::Table;

constexpr std::size_t kShortestAid = 5;  // ISO/IEC 7816-4, 12.3.4
constexpr std::size_t kLongestAid = 16;
constexpr std::size_t kLongestAtr = 33;
constexpr std::int64_t kLastOrder = 1000;
constexpr std::size_t kLongestPath = 8;  // identifiers
constexpr std::int64_t kLargestTag = 0xFFFFFF;
constexpr std::int64_t kLargestFile = 1 << 20;
constexpr std::size_t kDefaultFile = 4096;
constexpr std::uint16_t kMasterFile = 0x3F00;

template <typename Part>
void add(std::vector<Part>& parts, Part part, const Table& table) {
    if (std::ranges::find(parts, part.name, &Part::name) != parts.end())
        throw table.refuse("name", "another one has the same", "a name of its own for each");
    parts.push_back(std::move(part));
}

class Reader {
public:
    Profile read(const Table& top, std::string_view origin) {
        profile_.origin = origin;
        read_head(top);
        for (const Table& table : top.tables("application")) read_application(table);
        for (const Table& table : top.tables("certificate")) read_certificate(table);
        for (const Table& table : top.tables("pin")) add_pin(table);
        if (const auto finger = top.table_if("fingerprint")) add_fingerprint(*finger);
        for (const Table& table : top.tables("signed_file")) read_signed_file(table);
        for (const Table& table : top.tables("chip_proof")) read_proof(table);
        if (profile_.layout == Layout::pkcs15) {
            profile_.carries = read_carries(top);
            profile_.empty_verify_queries = top.truth("empty_verify_queries", false);
        }
        top.finish();
        check_names(top);
        return std::move(profile_);
    }

private:
    void read_head(const Table& top) {
        profile_.name = identifier(top, "name");
        profile_.title = top.text("title");
        profile_.confirmed = top.truth("confirmed");
        profile_.source = top.text("source");
        profile_.layout = read_word<Layout>(top, "layout");
        profile_.country = top.text("country", "");
        const bool letters = std::ranges::all_of(profile_.country, [](char c) { return c >= 'A' && c <= 'Z'; });
        if (!profile_.country.empty() && (profile_.country.size() > 3 || !letters))
            throw top.refuse("country", "it is no code of a country", "one to three letters as in an MRZ");
        profile_.order = static_cast<unsigned>(top.number("order", 0, kLastOrder, profile_.order));
        for (const std::string& text : top.texts("atrs"))
            profile_.atrs.push_back(hex(top, "atrs", text, 2, kLongestAtr));
        profile_.before = top.texts("before");
        for (const std::string& text : top.texts("quirks"))
            profile_.quirks.push_back(value_of<Quirk>(top, "quirks", text));
        profile_.largest_file = static_cast<std::size_t>(
            top.number("largest_file", 1, kLargestFile, static_cast<std::int64_t>(Profile::kLargestFile)));
        const auto response = top.number("largest_response", 1, Command::kMaxExpected, Profile::kLargestResponse);
        profile_.read_limit = static_cast<std::size_t>(top.number("read_limit", 0, Command::kMaxExpected, 0));
        if (profile_.read_limit > static_cast<std::size_t>(response))
            throw top.refuse("read_limit", "the card's responses are not that long",
                             "up to largest_response, which is " + std::to_string(response));
    }

    void read_application(const Table& table) {
        Application application;
        application.name = identifier(table, "name");
        application.aid = hex(table, "aid", table.text("aid"), kShortestAid, kLongestAid);
        application.recognises = table.truth("recognises", true);
        application.paths_in_steps = table.choice("paths", {"whole", "steps"}, "whole") == "steps";
        for (const Application& other : profile_.applications) {
            if (other.aid == application.aid)
                throw table.refuse("aid", "application \"" + other.name + "\" has the same", "each AID once");
        }
        for (const Table& file : table.tables("file")) {
            read_file(file, application.name);
            application.files.push_back(profile_.files.back().name);
        }
        table.finish();
        add(profile_.applications, std::move(application), table);
    }

    void read_file(const Table& table, const std::string& application) {
        File file;
        file.name = identifier(table, "name");
        file.application = application;
        for (const std::string& text : table.texts("path"))
            file.path.push_back(static_cast<std::uint16_t>(from_big_endian(hex(table, "path", text, 2, 2))));
        file.object = static_cast<std::uint32_t>(table.number("object", 1, kLargestTag, 0));
        if (file.path.empty() == (file.object == 0) || file.path.size() > kLongestPath)
            throw table.refuse("path", "a file is found by its path or is a data object",
                               "either path, of 1 to 8 identifiers, or object");
        if (file.path.size() == 1 && file.path.front() == kMasterFile)
            throw table.refuse("path", "the master file is no file to be read", "an elementary file at the end");
        file.encoding = read_word(table, "encoding", Encoding::opaque);
        file.extent = read_word(table, "extent", Extent::object);
        file.access = read_word(table, "access", Access::free);
        file.pin = file.access == Access::pin ? table.text("pin") : "";
        const auto limit = table.number("max_bytes", 1, kLargestFile,
                                        static_cast<std::int64_t>(std::min(kDefaultFile, profile_.largest_file)));
        file.max_bytes = static_cast<std::size_t>(limit);
        if (file.max_bytes > profile_.largest_file)
            throw table.refuse("max_bytes", "the card's files are not that long",
                               "up to largest_file, which is " + std::to_string(profile_.largest_file));
        file.optional = table.truth("optional", false);
        file.trim_zeros = table.truth("trim_zeros", false);
        file.dates = read_word(table, "dates", DateForm::iso);
        if (const auto fields = table.table_if("fields")) {
            if (file.encoding != Encoding::simple_tlv && file.encoding != Encoding::ber_tlv)
                throw table.refuse("fields", "only files of data objects have fields",
                                   "encoding simple_tlv or ber_tlv");
            read_fields(*fields, file);
        }
        table.finish();
        add(profile_.files, std::move(file), table);
    }

    static void read_fields(const Table& table, File& file) {
        const bool simple = file.encoding == Encoding::simple_tlv;
        for (const std::string& key : table.keys()) {
            file.fields[value_of<Meaning>(table, key, key)] =
                static_cast<std::uint32_t>(table.number(key, simple ? 0 : 1, simple ? 0xFF : kLargestTag));
        }
        table.finish();
    }

    static std::map<Meaning, std::string> read_carries(const Table& table) {
        std::map<Meaning, std::string> carried;
        const auto carries = table.table_if("carries");
        if (!carries) return carried;
        for (const std::string& key : carries->keys()) {
            const std::string attribute = carries->text(key);
            try {
                static_cast<void>(asn1::Oid(attribute));
            } catch (const InvalidInput&) {
                throw carries->refuse(key, "it is no object identifier",
                                      "an attribute of a name in dotted form, such as 2.5.4.5");
            }
            carried[value_of<Meaning>(*carries, key, key)] = attribute;
        }
        carries->finish();
        return carried;
    }

    void read_certificate(const Table& table) {
        Certificate certificate;
        certificate.name = identifier(table, "name");
        certificate.file = table.text("file");
        certificate.issuer = table.truth("issuer", false);
        certificate.carries = read_carries(table);
        const File* file = profile_.file(certificate.file);
        if (file == nullptr || (file->encoding != Encoding::x509 && file->encoding != Encoding::piv_x509))
            throw table.refuse("file", "it is no file with a certificate", "a file whose encoding is x509 or piv_x509");
        table.finish();
        add(profile_.certificates, std::move(certificate), table);
    }

    void add_pin(const Table& table) {
        Pin pin = read_pin(table);
        if (pin.holder && profile_.holder_pin() != nullptr)
            throw table.refuse("holder", "another PIN is the holder's already", "one PIN with holder = true");
        require_application(table, pin.application);
        add(profile_.pins, std::move(pin), table);
    }

    void add_fingerprint(const Table& table) {
        profile_.fingerprint = read_fingerprint(table);
        require_application(table, profile_.fingerprint->application);
    }

    void require_application(const Table& table, const std::string& name) const {
        if (profile_.application(name) == nullptr)
            throw table.refuse("application", "there is no such application", "the name of one of this profile");
    }

    void read_signed_file(const Table& table) {
        SignedFile signed_file;
        signed_file.name = identifier(table, "name");
        signed_file.covers = table.texts("covers");
        if (signed_file.covers.empty()) throw table.refuse("covers", "it names no file", "at least one file");
        signed_file.signature = table.text("signature", "");
        signed_file.certificate = table.text("certificate", "");
        signed_file.cms = table.truth("cms", false);
        signed_file.hash_in = table.text("hash_in", "");
        signed_file.hash_tag = static_cast<std::uint32_t>(table.number("hash_tag", 0, kLargestTag, 0));
        const int ways =
            (signed_file.signature.empty() ? 0 : 1) + (signed_file.cms ? 1 : 0) + (signed_file.hash_in.empty() ? 0 : 1);
        if (ways != 1)
            throw table.refuse("covers", "there must be one way to tell that the file is genuine",
                               "one of signature, cms, hash_in");
        if (signed_file.covers.size() > 1 && signed_file.signature.empty())
            throw table.refuse("covers", "only a signature of its own covers several files", "one file");
        for (const std::string& name : signed_file.covers) require_file(table, "covers", name);
        if (!signed_file.signature.empty()) {
            require_file(table, "signature", signed_file.signature);
            if (profile_.certificate(signed_file.certificate) == nullptr)
                throw table.refuse("certificate", "there is no such certificate", "the name of one of this profile");
        }
        if (!signed_file.hash_in.empty()) {
            const SignedFile* holder = profile_.signed_file(signed_file.hash_in);
            const File* file = holder == nullptr ? nullptr : profile_.file(holder->covers.front());
            if (file == nullptr || (file->encoding != Encoding::simple_tlv && file->encoding != Encoding::ber_tlv))
                throw table.refuse("hash_in", "it is no signed file of data objects",
                                   "a signed_file that stands before this one");
        }
        table.finish();
        add(profile_.signed_files, std::move(signed_file), table);
    }

    void require_file(const Table& table, std::string_view key, const std::string& name) const {
        if (profile_.file(name) == nullptr)
            throw table.refuse(key, "there is no file \"" + name + "\"", "names of files of this profile");
    }

    void read_proof(const Table& table) {
        Proof proof;
        proof.method = read_word<ChipProof>(table, "method");
        proof.application = table.text("application", "");
        proof.certificate = table.text("certificate", "");
        proof.public_key = table.text("public_key", "");
        proof.key = byte_if(table, "key");
        proof.algorithm = byte_if(table, "algorithm");
        proof.pin = table.text("pin", "");
        const bool signs = proof.method != ChipProof::none && proof.method != ChipProof::lds &&
                           proof.method != ChipProof::eid && profile_.layout != Layout::pkcs15;
        if (signs) require_key(table, proof);
        if (!proof.pin.empty() && profile_.pin(proof.pin) == nullptr)
            throw table.refuse("pin", "there is no such PIN", "the name of one of this profile");
        table.finish();
        profile_.proofs.push_back(std::move(proof));
    }

    void require_key(const Table& table, const Proof& proof) const {
        require_application(table, proof.application);
        if (!proof.key) throw table.refuse("key", "it is missing", "the reference of the key");
        if (proof.public_key.empty()) {
            if (profile_.certificate(proof.certificate) == nullptr)
                throw table.refuse("certificate", "there is no such certificate", "the name of one of this profile");
            return;
        }
        const bool vouched = std::ranges::any_of(profile_.signed_files, [&](const SignedFile& file) {
            return std::ranges::find(file.covers, proof.public_key) != file.covers.end();
        });
        if (!vouched || !proof.certificate.empty())
            throw table.refuse("public_key", "nothing vouches for that file",
                               "a file that a signed_file covers, in place of a certificate");
    }

    void check_names(const Table& top) const {
        for (const File& file : profile_.files) {
            if (!file.pin.empty() && profile_.pin(file.pin) == nullptr)
                throw top.refuse("application", "file \"" + file.name + "\" names a PIN that is not there",
                                 "the name of a pin of this profile");
        }
        const bool any = std::ranges::any_of(profile_.applications, &Application::recognises);
        if (!any) throw top.refuse("application", "no application tells a card of this kind", "at least one");
    }

    Profile profile_;
};

}  // namespace

Profile read_profile(std::string_view text, std::string_view origin) {
    return Reader{}.read(toml::parse(text, origin), origin);
}

}  // namespace tahvil::profiles
