// Any text is a valid config or a list of problems; a valid one is written and read back unchanged.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cache/base/check.h"
#include "daemon/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace larder::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const larder::Result<Config> config = parse_config(text, "fuzz.yaml");
  if (!config) {
    CHECK(config.error().context.starts_with("fuzz.yaml:"));
    return 0;
  }
  const larder::Result<Config> again = parse_config(to_yaml(*config), "again.yaml");
  CHECK(again.ok());
  CHECK(*again == *config);
  return 0;
}
