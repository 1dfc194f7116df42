#include "daemon/cli/output.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "daemon/cli/cli.h"

namespace larder::cli {

void add_output_option(CLI::App& command, const std::string& text_name, Output& into) {
  const auto set = [&into](const std::string& name) {
    into = name == "json" ? Output::json : Output::text;
  };
  command
      .add_option_function<std::string>("-o,--output", set,
                                        "The form of the result: " + text_name + " or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({text_name, std::string("json")}).description(""))
      ->default_str(text_name);
}

int print(const std::string& text) {
  std::cout << text;
  if (!text.ends_with('\n')) std::cout << '\n';
  std::cout.flush();
  return std::cout.good() ? kExitOk : kExitFailed;
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, '?');
  return text;
}

int report_error(const Error& error) {
  std::cerr << "larder: " << error.context << '\n';
  return error.code == Errc::invalid ? kExitInvalid : kExitFailed;
}

}  // namespace larder::cli
