#include "crypto/trust/candidate_paths.h"

#include <algorithm>
#include <limits>
#include <map>

#include <openssl/x509v3.h>

#include "crypto/openssl.h"

namespace tahvil::trust {

namespace {

constexpr std::size_t kUnreachable = std::numeric_limits<std::size_t>::max();

unsigned long name_hash(const X509_NAME* name) {
    int okay = 0;
    const unsigned long hash = X509_NAME_hash_ex(name, nullptr, nullptr, &okay);
    return okay == 1 ? hash : 0;
}

/// Certificates, and who signed whom. The first is the one that is to be judged.
class Graph {
public:
    Graph(X509* leaf, const std::vector<X509*>& intermediates, const std::vector<X509*>& anchors) {
        add(leaf, false);
        for (X509* anchor : anchors) add(anchor, true);
        for (X509* intermediate : intermediates) add(intermediate, false);
    }

    CandidatePaths paths() {
        if (nodes_.front().anchor) found_.paths.push_back({nodes_.front().certificate});
        connect();
        measure();
        std::vector<std::size_t> path{0};
        climb(path);
        return std::move(found_);
    }

private:
    struct Node {
        X509* certificate = nullptr;
        bool anchor = false;
        bool connected = false;
        std::vector<std::size_t> issuers;
        std::size_t distance = kUnreachable;  ///< steps to the nearest anchor
    };

    void add(X509* certificate, bool anchor) {
        const unsigned long hash = name_hash(X509_get_subject_name(certificate));
        const auto [begin, end] = by_subject_.equal_range(hash);
        for (auto same = begin; same != end; ++same) {
            Node& node = nodes_[same->second];
            if (X509_cmp(node.certificate, certificate) != 0) continue;
            node.anchor = node.anchor || anchor;
            return;
        }
        by_subject_.emplace(hash, nodes_.size());
        nodes_.push_back({certificate, anchor, false, {}, kUnreachable});
    }

    /// Follows the issuers of everything that can be reached from the leaf.
    void connect() {
        std::vector<std::size_t> open{0};
        while (!open.empty()) {
            const std::size_t at = open.back();
            open.pop_back();
            if (nodes_[at].connected) continue;
            nodes_[at].connected = true;
            const auto [begin, end] = by_subject_.equal_range(name_hash(X509_get_issuer_name(nodes_[at].certificate)));
            for (auto candidate = begin; candidate != end; ++candidate) {
                const std::size_t issuer = candidate->second;
                if (issuer == at || !signed_by(nodes_[at].certificate, nodes_[issuer].certificate)) continue;
                nodes_[at].issuers.push_back(issuer);
                open.push_back(issuer);
            }
        }
    }

    bool signed_by(X509* issued, X509* issuer) {
        if (!likely_issued(issuer, issued)) return false;
        EVP_PKEY* const key = X509_get0_pubkey(issuer);
        if (key == nullptr) return false;
        if (++signatures_ > kMaxSignatures) {
            found_.all = false;
            return false;
        }
        return X509_verify(issued, key) == 1;
    }

    void measure() {
        for (Node& node : nodes_)
            if (node.anchor) node.distance = 0;
        for (bool changed = true; changed;) {
            changed = false;
            for (Node& node : nodes_)
                for (const std::size_t issuer : node.issuers) {
                    const std::size_t far = nodes_[issuer].distance;
                    if (far == kUnreachable || far + 1 >= node.distance) continue;
                    node.distance = far + 1;
                    changed = true;
                }
        }
        for (Node& node : nodes_)
            std::ranges::stable_sort(node.issuers, {}, [this](std::size_t issuer) { return nodes_[issuer].distance; });
    }

    void climb(std::vector<std::size_t>& path) {
        for (const std::size_t issuer : nodes_[path.back()].issuers) {
            if (nodes_[issuer].distance == kUnreachable || std::ranges::find(path, issuer) != path.end()) continue;
            if (++steps_ > kMaxSteps || found_.paths.size() == kMaxPaths || path.size() == kMaxPathLength) {
                found_.all = false;
                return;
            }
            path.push_back(issuer);
            if (nodes_[issuer].anchor) {
                CandidatePath& found = found_.paths.emplace_back();
                for (const std::size_t index : path) found.push_back(nodes_[index].certificate);
            }
            climb(path);  // beyond an anchor as well: its own issuer may be one
            path.pop_back();
        }
    }

    std::vector<Node> nodes_;
    std::multimap<unsigned long, std::size_t> by_subject_;
    CandidatePaths found_;
    std::size_t signatures_ = 0;
    std::size_t steps_ = 0;
};

}  // namespace

bool likely_issued(X509* issuer, X509* issued) {
    const int answer = X509_check_issued(issuer, issued);
    return answer == X509_V_OK || answer == X509_V_ERR_KEYUSAGE_NO_CERTSIGN;
}

CandidatePaths find_candidate_paths(X509* leaf, const std::vector<X509*>& intermediates,
                                    const std::vector<X509*>& anchors) {
    CandidatePaths found = Graph(leaf, intermediates, anchors).paths();
    std::ranges::stable_sort(found.paths, {}, &CandidatePath::size);
    openssl::clear_errors();
    return found;
}

}  // namespace tahvil::trust
