#include "daemon/auth/sources/credential_helper.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "daemon/auth/bounded_json.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/sources/program_setting.h"
#include "daemon/http/ascii.h"

namespace larder::auth {

namespace {

constexpr std::size_t kAnswerBytesMax = 128 * 1024;
constexpr std::size_t kNameBytesMax = 64;

// The protocol's own words for an empty answer.
constexpr std::string_view kNotFound = "credentials not found in native keychain";
constexpr std::array<std::string_view, 2> kComplaints{"no credentials server URL",
                                                      "no credentials username"};

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, [](char c) {
    return http::is_alnum(c) || c == '-' || c == '_' || c == '.';
  });
}

Result<std::string> find_program(const CredentialHelpers& helpers, const std::string& name) {
  std::string searched;
  for (const auto& directory : helpers.directories) {
    const auto file = directory / ("docker-credential-" + name);
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0) {
      return file.string();
    }
    searched += (searched.empty() ? " in " : ", ") + directory.string();
  }
  return Error{Errc::not_found, "no docker-credential-" + name + searched};
}

// Helpers complain on stdout, where secrets are, too: of that nothing is told but the protocol's
// own words.
std::string complaint(const ProgramOutput& answer) {
  const std::string said = printable(answer.output, kAnswerBytesMax);
  if (std::ranges::find(kComplaints, said) != kComplaints.end()) {
    return failure_text({answer.exit_status, {}, said});
  }
  const std::string text = failure_text(answer);
  const bool says_no_more = said.empty() || !answer.errors.empty();
  return says_no_more ? text : text + ", and what it prints is not for the log";
}

bool has_none(const ProgramOutput& answer) {
  return answer.exit_status != 0 && answer.output.find(kNotFound) != std::string::npos;
}

bool has_empty_string(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() && string_at(object, key).empty();
}

// How docker-credential-pass says that it has none.
bool is_empty(const nlohmann::json& said) {
  return said.is_object() && has_empty_string(said, "Username") && has_empty_string(said, "Secret");
}

}  // namespace

Result<std::optional<Credential>> parse_helper_answer(const ProgramOutput& answer) {
  if (has_none(answer)) return std::optional<Credential>();
  if (answer.exit_status != 0) return Error{Errc::upstream_down, complaint(answer)};
  const auto said = parse_bounded_json(answer.output, kAnswerBytesMax);
  if (is_empty(said)) return std::optional<Credential>();
  auto username = string_at(said, "Username");
  auto secret = string_at(said, "Secret");
  if (secret.empty()) return Error{Errc::upstream_down, "an answer without a Secret"};
  if (username == "<token>") {
    return std::optional(Credential{.identity_token = std::move(secret)});
  }
  if (username.empty()) return Error{Errc::upstream_down, "an answer without a Username"};
  return std::optional(Credential{.username = std::move(username), .password = std::move(secret)});
}

Result<std::optional<Credential>> ask_credential_helper(const CredentialHelpers& helpers,
                                                        const std::string& name,
                                                        const std::string& registry,
                                                        const CredentialQuestion& question,
                                                        const Clock& clock) {
  if (!is_plain_name(name)) return Error{Errc::invalid, "a credential helper without a plain name"};
  const auto program = find_program(helpers, name);
  if (!program) return program.error();
  const auto answer = run_program({.path = *program,
                                   .arguments = {"get"},
                                   .environment = clean_environment(helpers.environment),
                                   .input = registry,
                                   .deadline = program_deadline(question, clock),
                                   .stop = question.stop,
                                   .output_bytes_max = kAnswerBytesMax});
  if (!answer) return answer.error();
  auto credential = parse_helper_answer(*answer);
  return credential ? credential : in_context("run " + *program, credential.error());
}

}  // namespace larder::auth
