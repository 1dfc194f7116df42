#include "daemon/cli/index_reader_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace larder::cli {

namespace {

constexpr const char* kCommand = "read-index";

}  // namespace

cache::IndexReaderProgram index_reader_program() {
  return {"/proc/self/exe", kCommand};
}

void add_index_reader(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand(kCommand)->group("");
  std::vector<std::string>& arguments = invocation.index_reader_arguments;
  command->add_option("ARGUMENTS", arguments);
  command->callback(
      [&] { invocation.command = [&arguments] { return cache::run_index_reader(arguments); }; });
}

}  // namespace larder::cli
