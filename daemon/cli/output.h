// How commands print: text for people by default, JSON for programs with --output json.
//
// Thread-safety: one thread at a time. Blocks: on stdout.
#pragma once

#include <string>

#include "cache/base/result.h"

// CLI11 costs seconds wherever it is included: only those who add to a command do.
namespace CLI {
class App;
}

namespace larder::cli {

enum class Output { text, json };

// Adds --output to a command. `text_name` is what the form for people is called: "text", "yaml".
void add_output_option(CLI::App& command, const std::string& text_name, Output& into);

// Writes to stdout, with a newline at the end. Returns: kExitFailed when stdout takes no more.
int print(const std::string& text);

// The text without control characters: a name from a damaged disk or from somebody else must not
// steer a terminal.
std::string printable(std::string text);

// Says on stderr, in one line, why a command cannot do what it was told.
// Returns: kExitFailed, or kExitInvalid when what was given is wrong.
int report_error(const Error& error);

}  // namespace larder::cli
