#pragma once

#include <functional>
#include <string>

#include "apdu/channel.h"
#include "apdu/profiles/profile.h"

namespace tahvil::certificate_card {

/// The files of a card as its profile lists them. Keeps in mind which application and directory are current, so that no
/// SELECT is sent twice.
class CardFiles {
public:
    /// `selected` is the application that recognition left selected.
    CardFiles(Channel& card, const profiles::Profile& profile, const profiles::Application& selected);

    /// Told the bytes read so far and, once known, the size (0 until then).
    using Progress = std::function<void(std::size_t done, std::size_t size)>;

    /// The content of a file, whole. Throws CardRefused, ProtocolViolation, MalformedData and LimitExceeded, and
    /// ProtocolViolation "card.changed_its_mind" when an application that was there is no longer.
    Bytes read(const profiles::File& file, const Progress& progress = {});

    /// Throws as read(). Selecting an application anew may forget a login, see logins().
    void select(const profiles::Application& application);

    /// select(), and in the application's own directory even where reading has led out of it: there are its keys and
    /// PINs.
    void enter(const profiles::Application& application);

    /// Differs from an earlier value when a SELECT may have forgotten the PINs that were verified before.
    std::size_t logins() const { return logins_; }

private:
    void select_file(const profiles::Application& application, const profiles::File& file);
    void select_in_steps(const profiles::Application& application, const profiles::File& file);
    void require_selected(const Command& command, const std::string& doing);
    Bytes read_object(const profiles::File& file);

    Channel& card_;
    const profiles::Profile& profile_;
    const profiles::Application* current_;
    std::vector<std::uint16_t> directory_;  ///< identifiers below the application, or from the master file
    std::vector<const profiles::Application*> seen_;
    std::size_t logins_ = 0;
    bool no_paths_ = false;  ///< the card takes one identifier at a time
};

}  // namespace tahvil::certificate_card
