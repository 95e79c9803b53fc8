#pragma once

#include <memory>
#include <string>
#include <vector>

namespace tahvil::pcsc {

/// One client's talk with the PC/SC service. Calls on one context wait for one another, so that every thread has its
/// own.
class Context {
public:
    /// Throws ServiceUnavailable when the service does not run.
    Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    /// The names of all readers; none is an empty list. Throws ServiceUnavailable.
    std::vector<std::string> readers() const;

    /// Ends a wait for a status change that another thread is in. One that only begins is not ended: call again.
    void cancel() const noexcept;

    /// Whether the service still knows this context.
    bool is_valid() const noexcept;

    struct Handle;  ///< holds the SCARDCONTEXT, for the sources of this folder
    const Handle& handle() const noexcept { return *handle_; }

private:
    std::unique_ptr<Handle> handle_;
};

/// The socket on which the service listens: PCSCLITE_CSOCK_NAME, or the place it is built with.
std::string service_socket();

}  // namespace tahvil::pcsc
