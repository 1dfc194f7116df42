#include "daemon/upstream/blob_source.h"

#include "tests/support/bytes.h"
#include "tests/unit/daemon/upstream/fake_endpoint.h"

namespace larder::upstream {
namespace {

using cache::ByteRange;
using cache::kToTheEnd;

class RecordingSink final : public cache::SourceSink {
 public:
  bool wants_any = true;
  bool wants_more = true;

  bool begin(std::uint64_t offset, std::optional<std::uint64_t> blob_size_bytes) override {
    told += "begin " + std::to_string(offset) + "/" +
            (blob_size_bytes ? std::to_string(*blob_size_bytes) : "?") + " ";
    return wants_any;
  }
  bool write(std::span<const std::byte> bytes) override {
    told.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return wants_more;
  }

  std::string told;
};

class BlobSourceTest : public FakeEndpointTest {
 protected:
  Status fetch(ByteRange range) {
    return BlobSource(endpoint_, "team/app").fetch(digest_, range, sink_, {});
  }
  static FakeAnswer part(const std::string& content_range, const std::string& body) {
    return {.status = 206, .headers = {{"Content-Range", content_range}}, .body = body};
  }

  const cache::Digest digest_ = testing::digest_of_text("0123456789");
  RecordingSink sink_;
};

TEST_F(BlobSourceTest, AsksForAWholeBlobWithoutARange) {
  answer({{.body = "0123456789"}});

  ASSERT_TRUE(fetch({0, kToTheEnd}).ok());

  EXPECT_EQ(client_->urls().front(), "GET https://reg.example/v2/team/app/blobs/" + digest_.str());
  EXPECT_FALSE(client_->requests().front().headers.find("Range").has_value());
  EXPECT_EQ(sink_.told, "begin 0/10 0123456789");
}

TEST_F(BlobSourceTest, AsksForPartsByRange) {
  answer({part("bytes 2-9/10", "23456789"), part("bytes 2-4/10", "234")});

  ASSERT_TRUE(fetch({2, kToTheEnd}).ok());
  ASSERT_TRUE(fetch({2, 5}).ok());

  EXPECT_EQ(client_->requests()[0].headers.find("Range"), "bytes=2-");
  EXPECT_EQ(client_->requests()[1].headers.find("Range"), "bytes=2-4");
  EXPECT_EQ(sink_.told, "begin 2/10 23456789begin 2/10 234");
}

TEST_F(BlobSourceTest, TakesAnEndpointThatIgnoresRanges) {
  answer({{.body = "0123456789"}});

  ASSERT_TRUE(fetch({2, 5}).ok());

  EXPECT_EQ(sink_.told, "begin 0/10 0123456789");
}

TEST_F(BlobSourceTest, TakesABlobOfUnknownSize) {
  answer({{.body = "0123456789", .tells_length = false}, part("bytes 2-9/*", "23456789")});

  ASSERT_TRUE(fetch({0, kToTheEnd}).ok());
  ASSERT_TRUE(fetch({2, kToTheEnd}).ok());

  EXPECT_EQ(sink_.told, "begin 0/? 0123456789begin 2/? 23456789");
}

TEST_F(BlobSourceTest, TakesAnEmptyBlob) {
  answer({{.body = ""}});

  ASSERT_TRUE(fetch({0, kToTheEnd}).ok());

  EXPECT_EQ(sink_.told, "begin 0/0 ");
}

// The last byte of the blob comes before the last byte asked for.
TEST_F(BlobSourceTest, TakesARangeClampedToTheBlob) {
  answer({part("bytes 2-9/10", "23456789")});

  EXPECT_TRUE(fetch({2, 1000}).ok());
}

TEST_F(BlobSourceTest, TakesARangeThatBeginsEarlier) {
  answer({part("bytes 0-4/10", "01234")});

  ASSERT_TRUE(fetch({2, 5}).ok());

  EXPECT_EQ(sink_.told, "begin 0/10 01234");
}

struct BadPart {
  const char* content_range;
  const char* body;
  bool tells_length;
};

class BadParts : public BlobSourceTest, public ::testing::WithParamInterface<BadPart> {};

TEST_P(BadParts, AreNotTakenForTheRange) {
  auto bad = part(GetParam().content_range, GetParam().body);
  bad.tells_length = GetParam().tells_length;
  answer({bad});

  const auto fetched = fetch({2, 5});

  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, Errc::upstream_down) << describe(fetched.error());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadParts,
    ::testing::Values(BadPart{"bytes 3-4/10", "34", true}, BadPart{"bytes 0-1/10", "01", true},
                      BadPart{"bytes 2-3/10", "23", true}, BadPart{"bytes 2-3/*", "23", true},
                      BadPart{"bytes 2-4/10", "23456", true}, BadPart{"bytes 2-4/10", "23", true},
                      BadPart{"bytes 2-4/10", "23456", false}, BadPart{"bytes 2-4/10", "23", false},
                      BadPart{"bytes 4-2/10", "234", true}, BadPart{"", "234", true}));

TEST_F(BlobSourceTest, ExpectsNoPartWhereItAskedForTheWhole) {
  answer({part("bytes 0-9/10", "0123456789")});

  EXPECT_EQ(fetch({0, kToTheEnd}).error().code, Errc::upstream_down);
  EXPECT_EQ(sink_.told, "");
}

struct Answered {
  int status;
  Errc code;
};

class Statuses : public BlobSourceTest, public ::testing::WithParamInterface<Answered> {};

TEST_P(Statuses, BecomeErrorsThatNameThem) {
  answer({{.status = GetParam().status, .body = "an error page"}});

  const auto fetched = fetch({2, 5});

  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, GetParam().code);
  EXPECT_EQ(fetched.error().context,
            "reg.example blob " + digest_.str() + ": HTTP " + std::to_string(GetParam().status));
  EXPECT_EQ(sink_.told, "");
}

INSTANTIATE_TEST_SUITE_P(
    Table, Statuses,
    ::testing::Values(Answered{404, Errc::not_found}, Answered{401, Errc::denied},
                      Answered{403, Errc::denied}, Answered{204, Errc::upstream_down},
                      Answered{304, Errc::upstream_down}, Answered{429, Errc::upstream_down},
                      Answered{500, Errc::upstream_down}, Answered{503, Errc::upstream_down}));

TEST_F(BlobSourceTest, MakesNothingOfARangeBeyondTheEndThatTellsNoEnd) {
  answer({{.status = 416}});

  EXPECT_EQ(fetch({20, 30}).error().code, Errc::upstream_down);

  EXPECT_EQ(sink_.told, "");
}

struct Beyond {
  const char* content_range;
  const char* told;
};

class RangesBeyondTheEnd : public BlobSourceTest, public ::testing::WithParamInterface<Beyond> {};

TEST_P(RangesBeyondTheEnd, TellTheReceiverWhereTheBlobEnds) {
  answer({{.status = 416, .headers = {{"Content-Range", GetParam().content_range}}}});

  const auto fetched = fetch({20, kToTheEnd});

  EXPECT_EQ(sink_.told, GetParam().told);
  EXPECT_EQ(fetched.error().code, Errc::upstream_down);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RangesBeyondTheEnd,
    ::testing::Values(Beyond{"bytes */10", "begin 20/10 "}, Beyond{"bytes */20", "begin 20/20 "},
                      Beyond{"bytes */30", "begin 20/20 "},  // it contradicts itself
                      Beyond{"", "begin 20/20 "}, Beyond{"bytes 0-9/10", "begin 20/20 "}));

TEST_F(BlobSourceTest, IsCancelledByTheSink) {
  answer({{.body = "0123456789"}});

  sink_.wants_more = false;
  EXPECT_EQ(fetch({0, kToTheEnd}).error().code, Errc::cancelled);
  sink_.wants_any = false;
  EXPECT_EQ(fetch({0, kToTheEnd}).error().code, Errc::cancelled);

  EXPECT_EQ(sink_.told, "begin 0/10 0123456789begin 0/10 ");
}

TEST_F(BlobSourceTest, PassesOnABodyThatBreaksOff) {
  answer({{.body = "0123",
           .tells_length = false,
           .error = Error{Errc::timeout, "reg.example: stall deadline passed"},
           .error_after_body = true}});

  EXPECT_EQ(fetch({0, kToTheEnd}).error().code, Errc::timeout);
  EXPECT_EQ(sink_.told, "begin 0/? 0123");
}

const FakeAnswer kSourceDown{.error = Error{Errc::upstream_down, "connection refused"}};

TEST_F(BlobSourceTest, GoesOnWithARunningTransferDuringABackoff) {
  answer({part("bytes 0-4/10", "01234"), kSourceDown, part("bytes 5-9/10", "56789")});
  BlobSource source(endpoint_, "team/app");
  ASSERT_TRUE(source.fetch(digest_, {0, 5}, sink_, {}).ok());
  EXPECT_FALSE(source.fetch(digest_, {5, 10}, sink_, {}).ok());
  ASSERT_EQ(endpoint_->health().report().state, BreakerState::open);

  EXPECT_TRUE(source.fetch(digest_, {5, 10}, sink_, {}).ok());

  EXPECT_EQ(endpoint_->health().report().state, BreakerState::closed);
}

TEST_F(BlobSourceTest, BeginsNoTransferDuringABackoff) {
  answer({kSourceDown});
  BlobSource source(endpoint_, "team/app");
  EXPECT_FALSE(source.fetch(digest_, {5, 10}, sink_, {}).ok());

  EXPECT_FALSE(source.fetch(digest_, {5, 10}, sink_, {}).ok());

  EXPECT_EQ(client_->count(), 1U);
}

TEST_F(BlobSourceTest, GoesOnDuringNoPauseThatWasAskedFor) {
  answer({{.body = "0123456789"}, {.status = 429, .headers = {{"Retry-After", "60"}}}});
  BlobSource source(endpoint_, "team/app");
  ASSERT_TRUE(source.fetch(digest_, {0, kToTheEnd}, sink_, {}).ok());
  EXPECT_FALSE(source.fetch(digest_, {5, 10}, sink_, {}).ok());

  EXPECT_FALSE(source.fetch(digest_, {5, 10}, sink_, {}).ok());

  EXPECT_EQ(client_->count(), 2U);
}

TEST_F(BlobSourceTest, IsNotHeldUpByAQuota) {
  answer({{.headers = {{"RateLimit", "\"default\";r=0;t=30"}}, .body = "0123456789"}});

  ASSERT_TRUE(fetch({0, kToTheEnd}).ok());

  EXPECT_TRUE(fetch({0, kToTheEnd}).ok());
}

TEST_F(BlobSourceTest, IsNamedAfterItsEndpoint) {
  answer({{}}, "http://reg.example:5000/mirror");

  EXPECT_EQ(BlobSource(endpoint_, "team/app").name(), "reg.example:5000");
}

TEST_F(BlobSourceTest, IsTheSameAsAnotherOfItsEndpointAndRepository) {
  answer({{}}, "http://reg.example:5000/mirror?key=secret");

  EXPECT_EQ(BlobSource(endpoint_, "team/app").identity(),
            "http://reg.example:5000/mirror team/app");
  EXPECT_EQ(BlobSource(endpoint_, "team/web").identity(),
            "http://reg.example:5000/mirror team/web");
}

TEST_F(BlobSourceTest, IsAnotherForAnotherAsker) {
  answer({{}}, "http://reg.example:5000/mirror");
  const auto tenant = std::make_shared<auth::Tenant>(auth::Tenant{"tenant-1", {"jane", "word"}});

  EXPECT_EQ(BlobSource(endpoint_, "team/app", {.as = tenant}).identity(),
            "http://reg.example:5000/mirror team/app as tenant-1");
}

}  // namespace
}  // namespace larder::upstream
