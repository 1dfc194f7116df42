#include "daemon/auth/sources/go_duration.h"

#include <gtest/gtest.h>

namespace larder::auth {
namespace {

using std::chrono::milliseconds;

TEST(GoDuration, ReadsWhatGoWrites) {
  const std::vector<std::pair<std::string, milliseconds>> table{
      {"0", milliseconds(0)},           {"0s", milliseconds(0)},
      {"5m0s", milliseconds(300'000)},  {"1h30m", milliseconds(5'400'000)},
      {"1.5s", milliseconds(1500)},     {"12h0m0s", milliseconds(43'200'000)},
      {"250ms", milliseconds(250)},     {"2000us", milliseconds(2)},
      {"2000\u00b5s", milliseconds(2)}, {"3000000ns", milliseconds(3)},
      {".5s", milliseconds(500)},       {"8784h", milliseconds(8784LL * 3'600'000)}};
  for (const auto& [text, duration] : table) {
    const auto parsed = parse_go_duration(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(std::chrono::round<milliseconds>(*parsed), duration) << text;
  }
}

TEST(GoDuration, ReadsNothingElse) {
  for (const char* text :
       {"",     "5",    "m",      "5x", "-5m", "+5m",  "5m 0s", " 5m",   "5m ",
        "1e3s", "0x5s", "1.2.3s", ".",  ".s",  "nans", "infs",  "8785h", "99999999999999999999h",
        "1d",   "5M",   "m5"}) {
    EXPECT_EQ(parse_go_duration(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_go_duration(std::string(400, '9') + "s"), std::nullopt);
}

}  // namespace
}  // namespace larder::auth
