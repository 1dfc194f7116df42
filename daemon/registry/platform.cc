#include "daemon/registry/platform.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <utility>

namespace larder::registry {

namespace {

struct Machine {
  std::string_view name;
  std::string_view architecture;
  std::string_view variant;
};
constexpr std::array kMachines{
    Machine{"x86_64", "amd64", ""},
    Machine{"aarch64", "arm64", "v8"},
    Machine{"armv7l", "arm", "v7"},
    Machine{"armv6l", "arm", "v6"},
    Machine{"i686", "386", ""},
    Machine{"ppc64le", "ppc64le", ""},
    Machine{"s390x", "s390x", ""},
    Machine{"riscv64", "riscv64", ""},
    Machine{"loongarch64", "loong64", ""},
};

}  // namespace

std::string to_string(const Platform& platform) {
  std::string text = platform.os;
  for (const std::string& part : {platform.architecture, platform.variant}) {
    if (part.empty()) continue;
    if (!text.empty()) text += "/";
    text += part;
  }
  return text;
}

Platform linux_platform(std::string_view machine) {
  const auto known = std::find_if(kMachines.begin(), kMachines.end(),
                                  [&](const Machine& one) { return one.name == machine; });
  if (known == kMachines.end()) return {"linux", std::string(machine), ""};
  return {"linux", std::string(known->architecture), std::string(known->variant)};
}

Platform node_platform() {
  utsname names{};
  return linux_platform(uname(&names) == 0 ? std::string_view(names.machine) : "");
}

bool runs_on(const Platform& offered, const Platform& node) {
  const bool is_newer = !node.variant.empty() && offered.variant > node.variant;
  return offered.os == node.os && offered.architecture == node.architecture && !is_newer;
}

bool is_closer(const Platform& one, const Platform& other, const Platform& node) {
  if (other.variant == node.variant) return false;
  return one.variant == node.variant || (!node.variant.empty() && one.variant > other.variant);
}

}  // namespace larder::registry
