#include "daemon/auth/aws/profiles.h"

#include "cache/base/small_file.h"

namespace larder::aws {

namespace {

constexpr std::size_t kFileBytesMax = 1 << 20;
constexpr std::string_view kProfilePrefix = "profile ";

std::filesystem::path in_home(const Environment& environment, const std::string& file) {
  const std::string home = variable(environment, "HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / file;
}

std::filesystem::path file_of(const Environment& environment, const char* name,
                              const std::string& usual) {
  const std::string file = variable(environment, name);
  if (file.empty()) return in_home(environment, usual);
  return file.starts_with("~/") ? in_home(environment, file.substr(2))
                                : std::filesystem::path(file);
}

Result<Sections> load(const std::filesystem::path& file) {
  if (file.empty()) return Sections();
  const auto text = read_small_file(file, kFileBytesMax);
  if (!text && text.error().code == Errc::not_found) return Sections();
  if (!text) return text.error();
  auto sections = parse_ini(*text);
  if (!sections) return in_context(file.string(), sections.error());
  return sections;
}

void put(Properties& into, const Properties& properties) {
  for (const auto& [name, value] : properties) into[name] = value;
}

}  // namespace

SharedFiles shared_files_of(const Environment& environment) {
  return {file_of(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
          file_of(environment, "AWS_CONFIG_FILE", ".aws/config")};
}

Profiles merge_profiles(const Sections& credentials, const Sections& config) {
  Profiles profiles;
  for (const auto& [name, properties] : config) {
    if (name == "default") profiles[name] = properties;
  }
  // "[profile default]" comes after "[default]", and counts more.
  for (const auto& [name, properties] : config) {
    if (!name.starts_with(kProfilePrefix)) continue;
    put(profiles[name.substr(kProfilePrefix.size())], properties);
  }
  for (const auto& [name, properties] : credentials) put(profiles[name], properties);
  return profiles;
}

Result<Profiles> load_profiles(const SharedFiles& files) {
  const auto credentials = load(files.credentials);
  if (!credentials) return credentials.error();
  const auto config = load(files.config);
  if (!config) return config.error();
  return merge_profiles(*credentials, *config);
}

std::string property(const Properties& properties, std::string_view name) {
  const auto found = properties.find(std::string(name));
  return found == properties.end() ? std::string() : found->second;
}

}  // namespace larder::aws
