#include "daemon/auth/sources/program_setting.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace larder::auth {

namespace {

constexpr std::chrono::seconds kProgramLimit{30};

void add_missing(std::vector<std::string>& environment, const std::string& name,
                 const std::string& value) {
  const bool is_there = std::ranges::any_of(
      environment, [&](const std::string& one) { return one.starts_with(name + "="); });
  if (!is_there) environment.push_back(name + "=" + value);
}

}  // namespace

std::vector<std::string> clean_environment(std::vector<std::string> configured) {
  const char* home = std::getenv("HOME");
  add_missing(configured, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  add_missing(configured, "HOME", home == nullptr ? "/" : home);
  return configured;
}

MonoTime program_deadline(const CredentialQuestion& question, const Clock& clock) {
  const MonoTime limit = clock.now() + kProgramLimit;
  return question.deadline ? std::min(*question.deadline, limit) : limit;
}

}  // namespace larder::auth
