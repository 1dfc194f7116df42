#include "daemon/auth/aws/credential_process.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "daemon/auth/aws/keys_json.h"

namespace larder::aws {

namespace {

// Takes a command apart, character after character.
class Splitter {
 public:
  void take(char c) {
    if (is_escaped_) {
      // Within double quotes a backslash is one before all but these.
      if (quote_ == '"' && c != '"' && c != '\\') add('\\');
      add(c);
      is_escaped_ = false;
    } else if (c == '\\' && quote_ != '\'') {
      is_escaped_ = true;
    } else if (quote_ != 0) {
      c == quote_ ? void(quote_ = 0) : add(c);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      word_ = word_.value_or("");
    } else if (c == ' ' || c == '\t') {
      end_word();
    } else {
      add(c);
    }
  }

  bool is_open() const { return is_escaped_ || quote_ != 0; }

  std::vector<std::string> words() && {
    end_word();
    return std::move(words_);
  }

 private:
  void add(char c) { word_ = word_.value_or("") + c; }
  void end_word() {
    if (word_) words_.push_back(std::move(*word_));
    word_.reset();
  }

  std::vector<std::string> words_;
  std::optional<std::string> word_;
  char quote_ = 0;
  bool is_escaped_ = false;
};

std::vector<std::string> environment_for(const Environment& environment) {
  constexpr std::array<const char*, 17> kPassedOn{"PATH",
                                                  "HOME",
                                                  "USER",
                                                  "LANG",
                                                  "TMPDIR",
                                                  "HTTPS_PROXY",
                                                  "https_proxy",
                                                  "HTTP_PROXY",
                                                  "http_proxy",
                                                  "NO_PROXY",
                                                  "no_proxy",
                                                  "AWS_REGION",
                                                  "AWS_PROFILE",
                                                  "AWS_CONFIG_FILE",
                                                  "AWS_DEFAULT_REGION",
                                                  "AWS_CA_BUNDLE",
                                                  "AWS_SHARED_CREDENTIALS_FILE"};
  std::vector<std::string> passed_on;
  for (const char* name : kPassedOn) {
    if (const auto value = variable(environment, name); !value.empty()) {
      passed_on.push_back(std::string(name) + "=" + value);
    }
  }
  return passed_on;
}

}  // namespace

Result<std::vector<std::string>> split_command(std::string_view command) {
  Splitter splitter;
  for (const char c : command) splitter.take(c);
  if (splitter.is_open()) return Error{Errc::invalid, "a quote in it has no end"};
  auto words = std::move(splitter).words();
  if (words.empty()) return Error{Errc::invalid, "it is empty"};
  return words;
}

Result<Keys> keys_of_process(const std::string& command, const Environment& environment,
                             const RunProgram& run, const Patience& patience) {
  auto words = split_command(command);
  if (!words) return in_context("credential_process", words.error());
  auth::ProgramRun asked;
  asked.path = words->front();
  asked.arguments.assign(words->begin() + 1, words->end());
  asked.environment = environment_for(environment);
  asked.deadline = patience.deadline;
  asked.stop = patience.stop;
  asked.output_bytes_max = kKeysJsonBytesMax;

  const std::string what = "credential_process " + asked.path;
  if (!asked.path.starts_with('/')) {
    return Error{Errc::invalid, what + ": it has to be an absolute path"};
  }
  const auto output = run(asked);
  if (!output) return in_context(what, output.error());
  if (output->exit_status != 0) {
    return Error{Errc::denied, what + ": " + auth::failure_text(*output)};
  }
  auto keys = parse_process_keys(output->output);
  if (!keys) return in_context(what, keys.error());
  return keys;
}

}  // namespace larder::aws
