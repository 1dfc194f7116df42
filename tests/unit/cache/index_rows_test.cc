#include "cache/index_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::digest_of_text;

WallTime at(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

const TagName kName{"docker.io", "library/busybox", "1.36"};
const TagRecord kTag{digest_of_text("manifest", DigestAlgorithm::sha512), "type/x", 77, at(5),
                     at(9)};
const BlobRecord kBlob{1ULL << 50, "type/y", at(-1)};
const Document kDocument{"type/z", std::string("{\0}", 3)};
const IndexTotals kTotals{1, 1ULL << 60, 3};

TEST(IndexRows, DecodeToWhatWasEncoded) {
  EXPECT_EQ(decode_schema(bytes_of(encode_schema(4'000'000'000))).value(), 4'000'000'000);
  EXPECT_EQ(decode_totals(bytes_of(encode(kTotals)))->blob_bytes, kTotals.blob_bytes);
  EXPECT_EQ(decode_blob(bytes_of(encode(kBlob))).value(), kBlob);
  EXPECT_EQ(decode_document(bytes_of(encode(kDocument))).value(), kDocument);
  EXPECT_EQ(decode_tag(bytes_of(encode(kName, kTag)))->name, kName);
  EXPECT_EQ(decode_tag(bytes_of(encode(kName, kTag)))->record, kTag);
  EXPECT_EQ(decode_tag_record(bytes_of(encode(kName, kTag))).value(), kTag);
}

TEST(IndexRows, AreTheBytesThePageSays) {
  const BlobRecord record{0x0102, "a/b", at(3)};

  EXPECT_EQ(encode(record), std::string("\x01"                  // version
                                        "\x02\x01\0\0\0\0\0\0"  // size_bytes
                                        "\x03\0\0\0\0\0\0\0"    // stored_at
                                        "\x03\0\0\0"
                                        "a/b",
                                        1 + 8 + 8 + 4 + 3));
}

// One per row kind: how to decode it, and a good row.
struct RowCase {
  const char* name;
  Errc (*error_of)(std::span<const std::byte>);  // of decoding
  std::string good;
};

template <auto decode>
Errc error_of(std::span<const std::byte> row) {
  return decode(row).error().code;
}

class IndexRow : public ::testing::TestWithParam<RowCase> {};

INSTANTIATE_TEST_SUITE_P(
    Kinds, IndexRow,
    ::testing::Values(RowCase{"schema", error_of<decode_schema>, encode_schema(1)},
                      RowCase{"totals", error_of<decode_totals>, encode(kTotals)},
                      RowCase{"blob", error_of<decode_blob>, encode(kBlob)},
                      RowCase{"document", error_of<decode_document>, encode(kDocument)},
                      RowCase{"tag", error_of<decode_tag>, encode(kName, kTag)},
                      RowCase{"tag_record", error_of<decode_tag_record>, encode(kName, kTag)}),
    [](const auto& test) { return test.param.name; });

TEST_P(IndexRow, IsCorruptWhenCutAnywhere) {
  const std::string& good = GetParam().good;

  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(GetParam().error_of(bytes_of(good.substr(0, size))), Errc::corrupt) << size;
  }
}

TEST_P(IndexRow, IsCorruptWhenLonger) {
  EXPECT_EQ(GetParam().error_of(bytes_of(GetParam().good + "x")), Errc::corrupt);
}

TEST_P(IndexRow, IsCorruptWhenOfAnotherVersion) {
  std::string row = GetParam().good;

  row[0] = 2;

  EXPECT_EQ(GetParam().error_of(bytes_of(row)), Errc::corrupt);
}

TEST(IndexRows, RejectATextLongerThanTheRow) {
  std::string row = encode(kBlob);

  row.replace(1 + 8 + 8, 4, "\xff\xff\xff\xff");

  EXPECT_EQ(decode_blob(bytes_of(row)).error().code, Errc::corrupt);
}

TEST(IndexRows, RejectATagWithAnUnknownAlgorithm) {
  std::string row = encode(kName, kTag);

  row[1] = 3;

  EXPECT_EQ(decode_tag(bytes_of(row)).error().code, Errc::corrupt);
  EXPECT_EQ(decode_tag_record(bytes_of(row)).error().code, Errc::corrupt);
}

TEST(RowKey, HoldsKindAlgorithmAndDigest) {
  const Digest digest = digest_of_text("x");
  const RowKey key(RowKind::blob, digest);

  ASSERT_EQ(key.bytes().size(), 34);
  EXPECT_EQ(key.bytes()[0], std::byte{3});
  EXPECT_EQ(key.bytes()[1], std::byte{1});
  EXPECT_EQ(digest_in_key(key.bytes()).value(), digest);
}

TEST(RowKey, HoldsTheLongerDigest) {
  const Digest digest = digest_of_text("x", DigestAlgorithm::sha512);

  EXPECT_EQ(digest_in_key(RowKey(RowKind::document, digest).bytes()).value(), digest);
}

TEST(RowKey, TellsNamesApartThatRunTogether) {
  const auto text_of_key = [](const TagName& name) {
    const RowKey key = key_of(name);
    return std::string(reinterpret_cast<const char*>(key.bytes().data()), key.bytes().size());
  };

  EXPECT_NE(text_of_key({"a", "b", "c"}), text_of_key({"a", "bc", ""}));
  EXPECT_NE(text_of_key({"a", "b/c", "d"}), text_of_key({"a/b", "c", "d"}));
  EXPECT_EQ(text_of_key(kName), text_of_key(kName));
}

TEST(RowKey, RejectsWhatHoldsNoDigest) {
  const std::string digest(32, 'd');
  for (const std::string& key :
       {std::string(), std::string("\x03"), std::string("\x03\x01"), "\x03\x01" + digest + "x",
        "\x03\x02" + digest, "\x03\x03" + digest, "\x03\x01" + digest.substr(1)}) {
    EXPECT_EQ(digest_in_key(bytes_of(key)).error().code, Errc::corrupt) << key.size();
  }
}

}  // namespace
}  // namespace larder::cache
