#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daemon/cli/language.h"
#include "daemon/cli/message.h"

namespace tahvil::cli {

/// Makes verbs and their options with help in one language.
class VerbBuilder {
public:
    explicit VerbBuilder(Language language) : language_(language) {}

    std::string text(Message message) const { return std::string(words(language_, message)); }

    void set_up(CLI::App& app) const {
        const auto formatter = std::make_shared<CLI::Formatter>();
        formatter->label("Usage", text(Message::heading_usage));
        formatter->label("OPTIONS", text(Message::label_options));
        formatter->label("SUBCOMMAND", text(Message::label_verb));
        formatter->label("Positionals", text(Message::heading_arguments));
        formatter->label("REQUIRED", text(Message::label_required));
        formatter->column_width(34);
        app.formatter(formatter);
        app.option_defaults()->group(text(Message::heading_options));
        app.set_help_flag("-h,--help", text(Message::option_help));
    }

    CLI::App* verb(CLI::App& parent, const std::string& name, Message help, Message examples) const {
        CLI::App* app = parent.add_subcommand(name, text(help));
        set_up(*app);
        app->footer(text(examples));
        app->group(text(Message::heading_verbs));
        app->fallthrough();
        return app;
    }

    template <typename Value>
    CLI::Option* add(CLI::App& app, const std::string& name, Value& value, Message help,
                     const std::string& type) const {
        return app.add_option(name, value, text(help))->type_name(type);
    }

    /// An option that may be given several times, each time with one value.
    CLI::Option* add_each(CLI::App& app, const std::string& name, std::vector<std::string>& values, Message help,
                          const std::string& type) const {
        return add(app, name, values, help, type)->allow_extra_args(false);
    }

private:
    Language language_;
};

}  // namespace tahvil::cli
