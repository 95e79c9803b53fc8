#include "apdu/profiles/writer.h"

#include "apdu/profiles/words.h"

namespace tahvil::profiles {

namespace {

/// A basic string (TOML 1.0): what can not stand in one is escaped.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (value < 0x20 || value == 0x7F) {
            out += "\\u00" + to_hex(to_big_endian(value, 1));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string hex_number(std::uint32_t number) {
    std::size_t size = 1;
    while (size < 4 && number >> 8 * size != 0) ++size;
    return "0x" + to_hex(to_big_endian(number, size));
}

class Writer {
public:
    std::string write(const Profile& profile) {
        write_head(profile);
        if (profile.layout == Layout::pkcs15) {
            if (profile.empty_verify_queries) truth("empty_verify_queries", true);
            if (!profile.carries.empty()) write_carries("carries", profile.carries);
        }
        for (const Application& application : profile.applications) write_application(profile, application);
        for (const Certificate& certificate : profile.certificates) write_certificate(certificate);
        for (const Pin& pin : profile.pins) write_pin(pin);
        if (profile.fingerprint) write_fingerprint(*profile.fingerprint);
        for (const SignedFile& file : profile.signed_files) write_signed_file(file);
        for (const Proof& proof : profile.proofs) write_proof(proof);
        return std::move(text_);
    }

private:
    void line(std::string_view key, std::string_view value) {
        text_ += std::string(key) + " = " + std::string(value) + "\n";
    }
    void text(std::string_view key, std::string_view value) { line(key, quoted(value)); }
    void text_if(std::string_view key, std::string_view value) {
        if (!value.empty()) text(key, value);
    }
    void number(std::string_view key, std::size_t value) { line(key, std::to_string(value)); }
    void truth(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
    void table(std::string_view name) { text_ += "\n[[" + std::string(name) + "]]\n"; }

    template <typename Parts, typename TextOf>
    void list(std::string_view key, const Parts& parts, TextOf text_of) {
        if (parts.empty()) return;
        std::string all;
        for (const auto& part : parts) all += (all.empty() ? "" : ", ") + quoted(text_of(part));
        line(key, "[" + all + "]");
    }
    static const std::string& itself(const std::string& text) { return text; }

    void write_head(const Profile& profile) {
        text("name", profile.name);
        text("title", profile.title);
        truth("confirmed", profile.confirmed);
        text("source", profile.source);
        text("layout", word(profile.layout));
        text_if("country", profile.country);
        number("order", profile.order);
        list("atrs", profile.atrs, [](const Bytes& atr) { return to_hex(atr); });
        list("before", profile.before, itself);
        list("quirks", profile.quirks, [](Quirk quirk) { return std::string(word(quirk)); });
        if (profile.largest_file != Profile::kLargestFile) number("largest_file", profile.largest_file);
        if (profile.read_limit > Profile::kLargestResponse) number("largest_response", profile.read_limit);
        if (profile.read_limit != 0) number("read_limit", profile.read_limit);
    }

    void write_application(const Profile& profile, const Application& application) {
        table("application");
        text("name", application.name);
        text("aid", to_hex(application.aid));
        if (!application.recognises) truth("recognises", false);
        if (application.paths_in_steps) text("paths", "steps");
        for (const std::string& name : application.files) write_file(*profile.file(name));
    }

    void write_file(const File& file) {
        table("application.file");
        text("name", file.name);
        list("path", file.path, [](std::uint16_t identifier) { return to_hex(to_big_endian(identifier, 2)); });
        if (file.path.empty()) line("object", hex_number(file.object));
        if (file.encoding != Encoding::opaque) text("encoding", word(file.encoding));
        if (file.extent != Extent::object) text("extent", word(file.extent));
        if (file.access != Access::free) text("access", word(file.access));
        text_if("pin", file.pin);
        number("max_bytes", file.max_bytes);
        if (file.optional) truth("optional", true);
        if (file.trim_zeros) truth("trim_zeros", true);
        if (file.dates != DateForm::iso) text("dates", word(file.dates));
        if (file.fields.empty()) return;
        text_ += "\n[application.file.fields]\n";
        for (const auto& [meaning, tag] : file.fields) line(word(meaning), hex_number(tag));
    }

    void write_carries(std::string_view name, const std::map<Meaning, std::string>& carries) {
        text_ += "\n[" + std::string(name) + "]\n";
        for (const auto& [meaning, attribute] : carries) text(word(meaning), attribute);
    }

    void write_certificate(const Certificate& certificate) {
        table("certificate");
        text("name", certificate.name);
        text("file", certificate.file);
        if (certificate.issuer) truth("issuer", true);
        if (!certificate.carries.empty()) write_carries("certificate.carries", certificate.carries);
    }

    void write_pin(const Pin& pin) {
        table("pin");
        text("name", pin.name);
        text("application", pin.application);
        line("reference", hex_number(pin.reference));
        text("format", word(pin.format));
        number("shortest", pin.shortest);
        number("longest", pin.longest);
        number("block", pin.block);
        line("padding", hex_number(pin.padding));
        if (pin.empty_verify_queries) truth("empty_verify_queries", true);
        if (pin.holder) truth("holder", true);
        if (pin.can_change) truth("can_change", true);
        if (pin.transport) truth("transport", true);
        if (!pin.unblocking) return;
        text_ += "\n[pin.unblocking]\n";
        number("shortest", pin.unblocking->shortest);
        number("longest", pin.unblocking->longest);
        number("block", pin.unblocking->block);
        truth("with_new_pin", pin.unblocking->with_new_pin);
    }

    void write_fingerprint(const Fingerprint& finger) {
        text_ += "\n[fingerprint]\n";
        text("application", finger.application);
        line("reference", hex_number(finger.reference));
        number("least", finger.least);
        number("most", finger.most);
        if (finger.information) truth("information", true);
        if (finger.empty_verify_queries) truth("empty_verify_queries", true);
    }

    void write_signed_file(const SignedFile& file) {
        table("signed_file");
        text("name", file.name);
        list("covers", file.covers, itself);
        text_if("signature", file.signature);
        if (file.cms) truth("cms", true);
        text_if("hash_in", file.hash_in);
        if (file.hash_tag != 0) line("hash_tag", hex_number(file.hash_tag));
        text_if("certificate", file.certificate);
    }

    void write_proof(const Proof& proof) {
        table("chip_proof");
        text("method", word(proof.method));
        text_if("application", proof.application);
        text_if("certificate", proof.certificate);
        text_if("public_key", proof.public_key);
        if (proof.key) line("key", hex_number(*proof.key));
        if (proof.algorithm) line("algorithm", hex_number(*proof.algorithm));
        text_if("pin", proof.pin);
    }

    std::string text_;
};

}  // namespace

std::string write_profile(const Profile& profile) {
    return Writer{}.write(profile);
}

}  // namespace tahvil::profiles
