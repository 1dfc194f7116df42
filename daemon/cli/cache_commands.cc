#include "daemon/cli/cache_commands.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/config_command.h"
#include "daemon/cli/place_option.h"
#include "daemon/config/values.h"

namespace larder::cli {

namespace {

void add_rate(CLI::App& command, std::optional<std::uint64_t>& into) {
  const auto read = [&into](const std::string& text) {
    into = config::parse_rate(text);
    if (!into) throw CLI::ValidationError("--rate", "expected a size of at least 64KiB: 100MiB");
  };
  command.add_option_function<std::string>("--rate", read, "Bytes per second to read")
      ->type_name("SIZE");
}

void add_scrub(CLI::App& app, Invocation& invocation) {
  CLI::App* const command =
      app.add_subcommand("scrub", "Have the running daemon check every blob now");
  ScrubOptions& options = invocation.scrub;
  add_place(*command, options.place);
  add_rate(*command, options.bytes_per_second);
  auto* const no_wait =
      command->add_flag("--no-wait", options.no_wait, "Begin, and do not wait for the end");
  command->add_flag("--status", options.only_status, "Only tell how the running or last pass went")
      ->excludes(no_wait)
      ->excludes("--rate");
  add_output_option(*command, "text", options.output);
  command->footer(
      "Bad blobs are dropped, and fetched again when they are asked for.\n"
      "Ends with 0 when nothing is wrong or all was repaired, else with 1.\n"
      "Example: larder scrub --rate 100MiB");
  command->callback([&] { invocation.command = [&options] { return scrub(options); }; });
}

void add_fsck(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand("fsck", "Check a cache that no daemon uses");
  FsckCommandOptions& options = invocation.fsck;
  command->add_flag("--repair", options.repair, "Mend what is wrong; without it nothing changes");
  auto* const config =
      command
          ->add_option("-c,--config", options.config_file, "The config file that names the cache")
          ->type_name("FILE")
          ->default_str(kDefaultConfigFile);
  command->add_option("--path", options.directory, "The cache directory, instead of the config's")
      ->type_name("DIR")
      ->excludes(config);
  add_output_option(*command, "text", options.output);
  command->footer(
      "Ends with 0 when nothing is wrong or all was repaired, 1 when problems remain,\n"
      "2 when it could not run: the cache is in use, or it is none.\n"
      "Example: larder fsck --repair --path /var/lib/larder");
  command->callback([&] { invocation.command = [&options] { return fsck(options); }; });
}

// What a pin needs, unless pins are only listed.
void require_pin(const PinOptions& options) {
  if (options.only_list) return;
  if (options.name.empty()) throw CLI::RequiredError("NAME");
  if (options.reason.empty()) throw CLI::RequiredError("--reason");
}

CLI::Option* add_name(CLI::App& command, PinOptions& options) {
  return command
      .add_option("NAME", options.name, "An image as in docker.io/library/redis:7, or a digest")
      ->type_name("");
}

void add_pin(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand("pin", "Keep an image or blob from being evicted");
  PinOptions& options = invocation.pin;
  auto* const name = add_name(*command, options);
  auto* const reason =
      command->add_option("--reason", options.reason, "Why, for whoever finds the pin later")
          ->type_name("TEXT");
  command->add_flag("--list", options.only_list, "Print all pins")
      ->excludes(name)
      ->excludes(reason);
  add_place(*command, options.place);
  add_output_option(*command, "text", options.output);
  command->footer(
      "What is pinned must be in the cache. A tag that moves later does not take its pin along.\n"
      "Example: larder pin docker.io/library/redis:7 --reason \"release 4.2\"");
  command->callback([&] {
    require_pin(options);
    invocation.command = [&options] { return pin(options); };
  });
}

void add_unpin(CLI::App& app, Invocation& invocation) {
  CLI::App* const command = app.add_subcommand("unpin", "Let a pinned image or blob be evicted");
  PinOptions& options = invocation.pin;
  add_name(*command, options)->required();
  command->add_option("--reason", options.reason, "Only the pin with this reason")
      ->type_name("TEXT");
  add_place(*command, options.place);
  add_output_option(*command, "text", options.output);
  command->footer(
      "Without --reason all of its pins go.\n"
      "Example: larder unpin docker.io/library/redis:7 --reason \"release 4.2\"");
  command->callback([&] { invocation.command = [&options] { return unpin(options); }; });
}

void add_explain(CLI::App& app, Invocation& invocation) {
  CLI::App* const command =
      app.add_subcommand("explain", "Tell what is known of an image, and what a pull would do");
  ImageOptions& options = invocation.image;
  command->add_option("NAME", options.names, "An image as in docker.io/library/redis:7")
      ->required()
      ->expected(1)
      ->type_name("");
  add_place(*command, options.place);
  add_output_option(*command, "text", options.output);
  command->footer(
      "No upstream is asked. A name without a host is Docker Hub's, as for kubelet.\n"
      "Example: larder explain docker.io/library/redis:7");
  command->callback([&] { invocation.command = [&options] { return explain(options); }; });
}

void add_refresh(CLI::App& app, Invocation& invocation) {
  CLI::App* const command =
      app.add_subcommand("refresh", "Ask upstream now what images mean, whatever their TTL");
  ImageOptions& options = invocation.image;
  command->add_option("NAME", options.names, "Images as in docker.io/library/redis:7")
      ->required()
      ->type_name("...");
  add_place(*command, options.place);
  add_output_option(*command, "text", options.output);
  command->footer(
      "Fetches the manifest of a tag that moved; its layers wait for the pull.\n"
      "Ends with 0 when upstream has answered for each, else with 1; what was cached stays.\n"
      "Example: larder refresh docker.io/library/redis:7 quay.io/team/app:latest");
  command->callback([&] { invocation.command = [&options] { return refresh(options); }; });
}

}  // namespace

void add_cache_commands(CLI::App& app, Invocation& invocation) {
  add_scrub(app, invocation);
  add_fsck(app, invocation);
  add_pin(app, invocation);
  add_unpin(app, invocation);
  add_explain(app, invocation);
  add_refresh(app, invocation);
}

}  // namespace larder::cli
