// Ranges of blobs that are not cached: what upstream is asked for is what clients asked for, in
// chunks, and nothing of it twice.
#include <gmock/gmock.h>

#include <chrono>

#include "daemon/http/head.h"
#include "tests/integration/daemon_fixture.h"

namespace larder::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;

class Ranges : public DaemonFixture {
 protected:
  static constexpr std::size_t kBlobBytes = 8 << 20;
  static constexpr double kChunk = 1 << 20;
  static constexpr char kUpstreamBytes[] = "larder_upstream_bytes_total{upstream=\"reg.test\"}";

  Ranges() {
    registry_.add_blob("app", layer_);
    serve(registry_.script());
    start();
  }

  // The bytes of a range as a Range header names it: "0-99", "-500".
  RawResponse fetch_range(const std::string& range) {
    RawClient client(address());
    client.send(get_request(path_, "Range: bytes=" + range + "\r\n"));
    return read_response(client);
  }

  // The Range of every request that upstream got; "all" where there was none.
  std::vector<std::string> asked() {
    std::vector<std::string> ranges;
    for (const auto& request : upstream_->requests()) {
      const auto head = http::parse_request_head(request.head);
      ranges.emplace_back(head.ok() ? head->headers.find("Range").value_or("all") : "malformed");
    }
    return ranges;
  }

  // Whether the metric has this value before long.
  bool comes_to(const std::string& name, double value) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
      if (metric(name) == value) return true;
    }
    return false;
  }

  const std::string layer_ = pattern_bytes(kBlobBytes);
  const std::string path_ = "/v2/app/blobs/" + sha256_of(layer_).str() + "?ns=reg.test";
  FakeRegistry registry_;
};

TEST_F(Ranges, FetchTheirChunkAlone) {
  const auto response = fetch_range("1000-1999");

  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.body, layer_.substr(1000, 1000));
  EXPECT_TRUE(comes_to("larder_flights", 0));
  EXPECT_THAT(asked(), ElementsAre("bytes=0-1048575"));
  EXPECT_TRUE(comes_to(kUpstreamBytes, kChunk));
}

TEST_F(Ranges, InTheMiddleFetchTheChunksTheyTouch) {
  const auto response = fetch_range("3145720-4194310");  // the end of chunk 2 to the start of 4

  EXPECT_EQ(header(response, "Content-Range"), "bytes 3145720-4194310/8388608");
  EXPECT_EQ(response.body, layer_.substr(3'145'720, 1'048'591));
  EXPECT_TRUE(comes_to("larder_flights", 0));
  EXPECT_TRUE(comes_to(kUpstreamBytes, 3 * kChunk));
}

TEST_F(Ranges, FromTheEndFetchTheLastChunk) {
  const auto response = fetch_range("-500");

  EXPECT_EQ(response.body, layer_.substr(kBlobBytes - 500));
  EXPECT_TRUE(comes_to("larder_flights", 0));
  EXPECT_THAT(asked(), ElementsAre("bytes=0-1048575", "bytes=7340032-8388607"));
}

TEST_F(Ranges, BeyondTheEndCostAChunkAtMost) {
  const auto beyond = fetch_range("8388608-8388700");
  const auto reversed = fetch_range("9-3");

  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(header(beyond, "Content-Range"), "bytes */8388608");
  EXPECT_EQ(reversed.status, 416);
  EXPECT_TRUE(comes_to("larder_flights", 0));
  EXPECT_THAT(asked(), AnyOf(ElementsAre("bytes=8388608-9437183"),
                             ElementsAre("bytes=8388608-9437183", "bytes=0-1048575")));
}

TEST_F(Ranges, AreKeptForTheNextWhoAsks) {
  fetch_range("1000-1999");
  ASSERT_TRUE(comes_to("larder_flights", 0));

  EXPECT_EQ(fetch_range("500-1500").body, layer_.substr(500, 1001));

  EXPECT_TRUE(comes_to("larder_flights", 0));
  EXPECT_THAT(asked(), ElementsAre("bytes=0-1048575"));
}

TEST_F(Ranges, AreNotFetchedAgainForTheWhole) {
  fetch_range("2097152-3145727");
  ASSERT_TRUE(comes_to("larder_flights", 0));

  EXPECT_EQ(fetch(path_).body, layer_);

  EXPECT_TRUE(comes_to("larder_cache_bytes", kBlobBytes));
  EXPECT_TRUE(comes_to(kUpstreamBytes, kBlobBytes));
}

TEST_F(Ranges, OutliveARestart) {
  fetch_range("1000-1999");
  ASSERT_TRUE(comes_to("larder_flights", 0));

  start();

  EXPECT_EQ(fetch_range("1000-1999").body, layer_.substr(1000, 1000));
  EXPECT_THAT(asked(), ElementsAre("bytes=0-1048575"));
}

TEST_F(Ranges, BringTheWholeBlobWhenTheConfigSaysSo) {
  config_.cache.complete_ranges = true;
  start();

  EXPECT_EQ(fetch_range("1000-1999").body, layer_.substr(1000, 1000));

  EXPECT_TRUE(comes_to("larder_cache_bytes", kBlobBytes));
  EXPECT_TRUE(comes_to(kUpstreamBytes, kBlobBytes));
}

}  // namespace
}  // namespace larder::testing
