#include "apdu/applets/piv/gzip.h"

#include <zlib.h>

#include "crypto/error.h"

namespace tahvil::piv {

namespace {

constexpr int kGzipOrZlib = 32 + MAX_WBITS;  // inflateInit2: the header tells which

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream_, kGzipOrZlib) != Z_OK) throw std::bad_alloc();
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    bool whole(ByteView compressed, Bytes& out) {
        stream_.next_in = const_cast<Bytef*>(compressed.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): C
        stream_.avail_in = static_cast<uInt>(compressed.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        const bool ended = inflate(&stream_, Z_FINISH) == Z_STREAM_END;
        out.resize(stream_.total_out);
        return ended;
    }

private:
    z_stream stream_{};
};

}  // namespace

Bytes gunzip(ByteView compressed, std::size_t most) {
    Bytes out(most);
    if (!Inflater{}.whole(compressed, out))
        throw MalformedData("piv.compressed_certificate", "a compressed certificate that can not be unpacked");
    return out;
}

}  // namespace tahvil::piv
