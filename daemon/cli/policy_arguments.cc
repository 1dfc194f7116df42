#include "daemon/cli/policy_arguments.h"

#include <CLI/CLI.hpp>

namespace larder::cli {

namespace {

void add_text(CLI::App& command, const std::string& name, std::string& into,
              const std::string& type, const std::string& help) {
  command.add_option(name, into, help)->type_name(type);
}

void add_who(CLI::App& command, PolicyOptions& options) {
  add_text(command, "--subject", options.subject, "NAME",
           "Who asks, as in a token's sub; nobody in particular without it");
  add_text(command, "--subject-kind", options.subject_kind, "KIND",
           "anonymous, user, service-account, oidc or certificate");
  add_text(command, "--issuer", options.issuer, "NAME",
           "The OIDC issuer that vouches for the subject");
  command.add_option("--group", options.groups, "A group of the subject; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  add_text(command, "--namespace", options.kube_namespace, "NAME", "The Kubernetes namespace");
  add_text(command, "--service-account", options.service_account, "NAMESPACE/NAME",
           "The Kubernetes service account");
}

void add_where_and_when(CLI::App& command, PolicyOptions& options) {
  add_text(command, "--listener", options.listener, "NAME", "The listener that is asked");
  add_text(command, "--source-ip", options.source_ip, "ADDRESS", "The address it is asked from");
  add_text(command, "--time", options.time, "DATE", "When; now without it");
  command.add_flag("--secure-transport", options.is_secure, "The connection uses TLS");
}

void add_test(CLI::App& group, Invocation& invocation) {
  CLI::App* const command =
      group.add_subcommand("test", "Tell what a policy says to a request, and why");
  PolicyOptions& options = invocation.policy;
  command->add_option("--policy", options.file, "The policy file")->required()->type_name("FILE");
  command->add_option("--action", options.action, "What is asked for: registry:Pull, ..")
      ->required()
      ->type_name("ACTION");
  command->add_option("--resource", options.resource, "Of what, as in docker.io/library/redis")
      ->required()
      ->type_name("HOST/REPOSITORY");
  add_who(*command, options);
  add_where_and_when(*command, options);
  add_output_option(*command, "text", options.output);
  command->footer(
      "Ends with 0 when it is allowed, 3 when it is denied, 2 when the policy or an argument is "
      "wrong,\n1 when the policy cannot be read.\n"
      "Example: larder policy test --policy /etc/larder/policy.json --subject alice \\\n"
      "           --action registry:Pull --resource docker.io/library/redis --source-ip 10.0.0.7");
  command->callback([&] { invocation.command = [&options] { return test_policy(options); }; });
}

void add_check(CLI::App& group, Invocation& invocation) {
  CLI::App* const command = group.add_subcommand("check", "Say whether a policy file is valid");
  PolicyOptions& options = invocation.policy;
  command->add_option("FILE", options.file, "The policy file")->required()->type_name("");
  add_output_option(*command, "text", options.output);
  command->footer(
      "Ends with 0 when the file is valid, 2 when it is not, 1 when it cannot be read.\n"
      "Example: larder policy check /etc/larder/policy.json");
  command->callback([&] { invocation.command = [&options] { return check_policy(options); }; });
}

}  // namespace

void add_policy(CLI::App& app, Invocation& invocation) {
  CLI::App* const group = app.add_subcommand("policy", "Check a policy and try it out");
  group->require_subcommand(0, 1);
  group->footer("Example: larder policy check /etc/larder/policy.json");
  add_test(*group, invocation);
  add_check(*group, invocation);
}

}  // namespace larder::cli
