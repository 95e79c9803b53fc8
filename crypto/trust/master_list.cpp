#include "crypto/trust/master_list.h"

#include "crypto/error.h"

namespace tahvil::trust {

const asn1::Oid& master_list_content_type() {
    static const asn1::Oid type("2.23.136.1.1.2");
    return type;
}

MasterList MasterList::parse(ByteView file) {
    using asn1::Tag;
    static constexpr std::size_t kMaxCertificates = 10'000;
    MasterList list{SignedData::parse(file), {}};
    if (list.signed_data.content_type() != master_list_content_type())
        throw MalformedData("trust.master_list",
                            "Master list: content of the type " + list.signed_data.content_type().dotted());
    asn1::Cursor whole(list.signed_data.content(), asn1::Rules::ber);
    asn1::Cursor content = whole.enter(Tag::sequence);
    whole.expect_end();
    if (content.read_small_integer() != 0)
        throw MalformedData("trust.master_list", "Master list: a version that is not known");
    asn1::Cursor certificates = content.enter(Tag::set);
    content.expect_end();
    while (!certificates.at_end()) {
        if (list.certificates.size() == kMaxCertificates)
            throw MalformedData("trust.master_list", "Master list: too many certificates");
        list.certificates.push_back(certificates.read().raw);
    }
    return list;
}

}  // namespace tahvil::trust
