#include "daemon/cli/token_arguments.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/place_option.h"

namespace larder::cli {

void add_token(CLI::App& app, Invocation& invocation) {
  CLI::App* const command =
      app.add_subcommand("token", "Print a token for a listener with auth: required");
  TokenOptions& options = invocation.token;
  command->add_option("REPOSITORY", options.repositories, "May be pulled: docker.io/library/redis")
      ->type_name("...");
  command->add_option("--scope", options.scopes, "Or in the form repository:NAME:pull")
      ->type_name("SCOPE")
      ->allow_extra_args(false);
  command->add_option("--life", options.life, "How long it is good; 24h at most")
      ->type_name("DURATION")
      ->default_str("as tokens.lifetime");
  command->add_option("--subject", options.subject, "The user that policies and logs see")
      ->type_name("NAME")
      ->default_str("local");
  command->add_option("--listener", options.listener, "Which one, where several take tokens")
      ->type_name("NAME");
  add_place(*command, options.place);
  add_output_option(*command, "text", options.output);
  command->footer(
      "Whoever may use the control socket may have one; the listener's policy still holds.\n"
      "Example: curl -H \"Authorization: Bearer $(larder token docker.io/library/redis)\" \\\n"
      "           'http://127.0.0.1:5050/v2/docker.io/library/redis/tags/list'");
  command->callback([&] { invocation.command = [&options] { return token(options); }; });
}

}  // namespace larder::cli
