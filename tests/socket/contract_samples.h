#pragma once

#include <random>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace tahvil::test {

/// A method of the contract, as a client finds it there.
struct ContractMethod {
    std::string name;  ///< "POST"
    std::string path;  ///< with its {parameters}
    std::string media;
    boost::json::value body;  ///< schema; null without one
    std::vector<std::string> query;
    std::vector<std::string> roles;  ///< that have the right
};

std::vector<ContractMethod> methods_of(const boost::json::object& contract);

/// Makes values that a schema of the contract allows, and spoils them.
class ContractSamples {
public:
    ContractSamples(const boost::json::object& contract, std::uint64_t seed) : contract_(contract), random_(seed) {}

    boost::json::value of(const boost::json::value& schema);
    /// Somewhere another type, too much, too little, a member too many or one too few.
    void spoil(boost::json::value& value);
    /// Bytes changed, cut off, repeated or added.
    void spoil(std::string& text);

    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }

private:
    const boost::json::object& resolved(const boost::json::object& schema) const;
    std::string text_of(const boost::json::object& schema);
    boost::json::value oddity();

    const boost::json::object& contract_;
    std::mt19937_64 random_;
};

}  // namespace tahvil::test
