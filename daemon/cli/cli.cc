#include "daemon/cli/cli.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "daemon/cli/cache_commands.h"
#include "daemon/cli/config_command.h"
#include "daemon/cli/index_reader_command.h"
#include "daemon/cli/invocation.h"
#include "daemon/cli/output.h"
#include "daemon/cli/policy_arguments.h"
#include "daemon/cli/serve.h"
#include "daemon/cli/token_arguments.h"

namespace larder::cli {

namespace {

int serve_with(const std::string& file) {
  const Result<FoundConfig> found = find_config(file);
  if (!found) return report_config_error(found.error());
  return serve(found->config, found->file);
}

int print_version(Output output) {
  return print(output == Output::json ? "{\"version\":\"" LARDER_VERSION "\"}"
                                      : "larder " LARDER_VERSION);
}

void add_serve(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand("serve", "Serve the cache to container runtimes");
  command->add_option("-c,--config", invocation.file, "The config file")
      ->type_name("FILE")
      ->default_str(kDefaultConfigFile);
  command->footer(
      "Without a config file the defaults serve on 127.0.0.1:5050.\n"
      "Example: larder serve --config /etc/larder/larder.yaml");
  command->callback([&] { invocation.command = [&] { return serve_with(invocation.file); }; });
}

void add_config_check(CLI::App& group, Invocation& invocation) {
  CLI::App* const command = group.add_subcommand("check", "Say whether a config file is valid");
  command->add_option("FILE", invocation.file, "The config file")->required()->type_name("");
  add_output_option(*command, "text", invocation.output);
  command->footer(
      "Ends with 0 when the file is valid, 2 when it is not, 1 when it cannot be read.\n"
      "Example: larder config check /etc/larder/larder.yaml");
  command->callback([&] {
    invocation.command = [&] { return check_config(invocation.file, invocation.output); };
  });
}

void add_config_show(CLI::App& group, Invocation& invocation) {
  CLI::App* const command =
      group.add_subcommand("show", "Print the effective config, without secrets");
  command->add_option("FILE", invocation.file, "The config file")
      ->type_name("")
      ->default_str(kDefaultConfigFile);
  add_output_option(*command, "yaml", invocation.output);
  command->footer("Example: larder config show --output json | jq .upstreams");
  command->callback([&] {
    invocation.command = [&] { return show_config(invocation.file, invocation.output); };
  });
}

void add_config(CLI::App& app, Invocation& invocation) {
  CLI::App* const group = app.add_subcommand("config", "Check and show the config");
  group->require_subcommand(0, 1);
  group->footer("Example: larder config check /etc/larder/larder.yaml");
  add_config_check(*group, invocation);
  add_config_show(*group, invocation);
}

void add_version(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand("version", "Print the version");
  add_output_option(*command, "text", invocation.output);
  command->footer("Example: larder version --output json");
  command->callback([&] { invocation.command = [&] { return print_version(invocation.output); }; });
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Keeps the container images a node needs on that node, and serves them.", "larder");
  // At most one: with none, the help says more than CLI11's error would.
  app.require_subcommand(0, 1);
  app.footer("Example: larder serve --config /etc/larder/larder.yaml");
  Invocation invocation;
  add_serve(app, invocation);
  add_cache_commands(app, invocation);
  add_token(app, invocation);
  add_policy(app, invocation);
  add_config(app, invocation);
  add_version(app, invocation);
  add_index_reader(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is an "error" to CLI11, with status 0.
    return app.exit(error) == 0 ? kExitOk : kExitInvalid;
  }
  if (!invocation.command) {
    std::cerr << app.help();
    return kExitInvalid;
  }
  return invocation.command();
}

}  // namespace larder::cli
