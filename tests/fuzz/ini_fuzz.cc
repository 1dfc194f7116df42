// Any text is sections of properties or not; what is accepted says the same written out again, and
// no error repeats a line.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/auth/aws/ini.h"
#include "daemon/auth/aws/profiles.h"

namespace {

using namespace larder::aws;

// What would begin a comment follows a quote, which is not part of a name.
std::string quoted(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '#' || c == ';') text.push_back('"');
    text.push_back(c);
  }
  return text;
}

std::string rewrite(const Sections& sections) {
  std::string text;
  for (const auto& [name, properties] : sections) {
    text += "[" + quoted(name) + "]\n";
    for (const auto& [key, value] : properties) text += key + "=" + value + "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto sections = parse_ini({reinterpret_cast<const char*>(data), size});
  if (!sections) {
    CHECK(sections.error().context.size() < 100);
    return 0;
  }
  const auto again = parse_ini(rewrite(*sections));
  CHECK(again.ok());
  CHECK(*again == *sections);

  const auto profiles = merge_profiles(*sections, *sections);
  for (const auto& [name, properties] : *sections) CHECK(profiles.count(name) == 1);
  return 0;
}
