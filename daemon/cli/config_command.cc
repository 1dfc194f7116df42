#include "daemon/cli/config_command.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/cli/cli.h"
#include "daemon/config/show.h"
#include "daemon/config/warnings.h"

namespace larder::cli {

namespace {

int exit_status(const Error& error) {
  return error.code == Errc::invalid ? kExitInvalid : kExitFailed;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// {"file":"larder.yaml","ok":false,"problems":["larder.yaml:3: ..."],"warnings":[]}
std::string check_json(const std::string& file, const std::vector<std::string>& problems,
                       const std::vector<std::string>& warnings) {
  const nlohmann::ordered_json json = {
      {"file", file}, {"ok", problems.empty()}, {"problems", problems}, {"warnings", warnings}};
  return json.dump(2, ' ', /*ensure_ascii=*/false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Result<FoundConfig> find_config(const std::string& file) {
  const std::string place = file.empty() ? kDefaultConfigFile : file;
  Result<config::Config> loaded = config::load_config(place);
  if (loaded) return FoundConfig{*std::move(loaded), place};
  const bool is_absent = loaded.error().code == Errc::not_found;
  if (is_absent && file.empty()) return FoundConfig{config::default_config(), ""};
  return loaded.error();
}

int report_config_error(const Error& error) {
  std::cerr << error.context << '\n';
  return exit_status(error);
}

int check_config(const std::string& file, Output output) {
  const Result<config::Config> loaded = config::load_config(file);
  const auto warnings = loaded ? config::warnings_of(*loaded) : std::vector<std::string>();
  if (output == Output::json) {
    const auto problems = loaded ? std::vector<std::string>() : lines_of(loaded.error().context);
    const int printed = print(check_json(file, problems, warnings));
    return loaded ? printed : exit_status(loaded.error());
  }
  if (!loaded) return report_config_error(loaded.error());
  for (const auto& warning : warnings) std::cerr << file << ": warning: " << warning << '\n';
  return print(file + ": ok");
}

int show_config(const std::string& file, Output output) {
  const Result<FoundConfig> found = find_config(file);
  if (!found) return report_config_error(found.error());
  return print(output == Output::json ? config::to_json(found->config)
                                      : config::to_yaml(found->config));
}

}  // namespace larder::cli
