#include "cache/index_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using larder::testing::bytes_of;
using larder::testing::digest_of_text;

WallTime at(std::int64_t nanoseconds) {
  return WallTime(std::chrono::nanoseconds(nanoseconds));
}

const TagRow kTag{
    {"docker.io", "library/busybox", "1.36"},
    {digest_of_text("manifest", DigestAlgorithm::sha512), "type/x", 77, at(5), at(9)}};
const TagRow kGoneTag{{"quay.io", "a/b", "1"},
                      {digest_of_text("m"), "type/x", 7, at(5), at(9), at(11)}};
const BlobRow kBlob{{.size_bytes = 1ULL << 50,
                     .media_type = "type/y",
                     .stored_at = at(-1),
                     .used_at = at(7),
                     .uses = 1ULL << 40,
                     .queue = Queue::main},
                    1ULL << 63,
                    3};
const Document kDocument{"type/z", std::string("{\0}", 3)};
const TotalsRow kTotals{{1, 1ULL << 60, 3, 4, 5}, 1ULL << 63};
const std::vector<Digest> kChildren{digest_of_text("a"),
                                    digest_of_text("b", DigestAlgorithm::sha512)};
const RowKey kKeyOnStack(RowKind::blob, digest_of_text("key"));
const Bytes kKey = kKeyOnStack.bytes();

TEST(IndexRows, DecodeToWhatWasEncoded) {
  EXPECT_EQ(decode_schema(kKey, bytes_of(encode_schema(4'000'000'000))).value(), 4'000'000'000);
  EXPECT_EQ(decode_totals(kKey, bytes_of(encode(kKey, kTotals))).value(), kTotals);
  EXPECT_EQ(decode_blob(kKey, bytes_of(encode(kKey, kBlob))).value(), kBlob);
  EXPECT_EQ(decode_document(kKey, bytes_of(encode(kKey, kDocument))).value(), kDocument);
  EXPECT_EQ(decode_tag(kKey, bytes_of(encode(kKey, kTag))).value(), kTag);
  EXPECT_EQ(decode_tag_record(kKey, bytes_of(encode(kKey, kTag))).value(), kTag.record);
  EXPECT_EQ(decode_tag(kKey, bytes_of(encode(kKey, kGoneTag))).value(), kGoneTag);
  EXPECT_EQ(decode_tag_record(kKey, bytes_of(encode(kKey, kGoneTag))).value(), kGoneTag.record);
  EXPECT_EQ(decode_place(kKey, bytes_of(encode(kKey, kChildren[1]))).value(), kChildren[1]);
  EXPECT_EQ(decode_children(kKey, bytes_of(encode(kKey, kChildren))).value(), kChildren);
  EXPECT_EQ(decode_pin(kKey, bytes_of(encode(kKey, at(-5)))).value(), at(-5));
  EXPECT_EQ(decode_note(kKey, bytes_of(encode(kKey, std::string("n\0", 2)))).value(),
            std::string("n\0", 2));
  EXPECT_TRUE(decode_parent(kKey, bytes_of(encode_parent(kKey))).ok());
}

TEST(IndexRows, AreTheBytesThePageSays) {
  const BlobRow row{{.size_bytes = 0x0102,
                     .media_type = "a/b",
                     .stored_at = at(3),
                     .used_at = at(4),
                     .uses = 5,
                     .queue = Queue::main},
                    6,
                    2};
  const std::string fields(
      "\x02"                  // version
      "\x02\x01\0\0\0\0\0\0"  // size_bytes
      "\x03\0\0\0\0\0\0\0"    // stored_at
      "\x04\0\0\0\0\0\0\0"    // used_at
      "\x05\0\0\0\0\0\0\0"    // uses
      "\x02"                  // queue
      "\x06\0\0\0\0\0\0\0"    // position
      "\x02"                  // frequency
      "\x03\0\0\0"
      "a/b",
      1 + 4 * 8 + 1 + 8 + 1 + 4 + 3);

  const std::string bytes = encode(kKey, row);

  EXPECT_EQ(bytes.substr(0, fields.size()), fields);
  EXPECT_EQ(bytes.size(), fields.size() + 4) << "and their check";
  EXPECT_EQ(encode_schema(2), std::string("\x01\x02\0\0\0", 5)) << "which every version reads";
}

// One per row kind: how to decode it, and a good row.
struct RowCase {
  const char* name;
  Errc (*error_of)(Bytes key, Bytes row);  // of decoding
  std::string good;
};

template <auto decode>
Errc error_of(Bytes key, Bytes row) {
  return decode(key, row).error().code;
}

class IndexRow : public ::testing::TestWithParam<RowCase> {
 protected:
  static Errc error_of_row(const std::string& row) {
    return GetParam().error_of(kKey, bytes_of(row));
  }
};

INSTANTIATE_TEST_SUITE_P(
    Kinds, IndexRow,
    ::testing::Values(RowCase{"totals", error_of<decode_totals>, encode(kKey, kTotals)},
                      RowCase{"blob", error_of<decode_blob>, encode(kKey, kBlob)},
                      RowCase{"document", error_of<decode_document>, encode(kKey, kDocument)},
                      RowCase{"tag", error_of<decode_tag>, encode(kKey, kTag)},
                      RowCase{"tag_record", error_of<decode_tag_record>, encode(kKey, kTag)},
                      RowCase{"place", error_of<decode_place>, encode(kKey, kChildren[0])},
                      RowCase{"children", error_of<decode_children>, encode(kKey, kChildren)},
                      RowCase{"parent", error_of<decode_parent>, encode_parent(kKey)},
                      RowCase{"pin", error_of<decode_pin>, encode(kKey, at(1))},
                      RowCase{"note", error_of<decode_note>, encode(kKey, std::string("n"))}),
    [](const auto& test) { return test.param.name; });

TEST_P(IndexRow, IsCorruptWhenCutAnywhere) {
  const std::string& good = GetParam().good;

  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(error_of_row(good.substr(0, size)), Errc::corrupt) << size;
  }
}

TEST_P(IndexRow, IsCorruptWhenLonger) {
  EXPECT_EQ(error_of_row(GetParam().good + "x"), Errc::corrupt);
}

TEST_P(IndexRow, IsCorruptWhenAnyBitIsAnother) {
  for (std::size_t bit = 0; bit < 8 * GetParam().good.size(); ++bit) {
    std::string row = GetParam().good;
    row[bit / 8] = static_cast<char>(row[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(error_of_row(row), Errc::corrupt) << bit;
  }
}

TEST_P(IndexRow, IsCorruptUnderAnotherKey) {
  const RowKey other(RowKind::blob, digest_of_text("other"));

  EXPECT_EQ(GetParam().error_of(other.bytes(), bytes_of(GetParam().good)), Errc::corrupt);
}

// The row with other fields, and the check that belongs to them.
std::string checked(std::string fields) {
  const std::uint32_t check = row_check(kKey, bytes_of(fields));
  return fields.append(reinterpret_cast<const char*>(&check), sizeof check);
}
std::string fields_of(const std::string& row) {
  return row.substr(0, row.size() - 4);
}

TEST_P(IndexRow, IsCorruptWhenOfAnotherVersion) {
  std::string fields = fields_of(GetParam().good);

  fields[0] = 3;

  EXPECT_EQ(error_of_row(checked(fields)), Errc::corrupt);
}

TEST_P(IndexRow, IsCorruptWhenItGoesOnAfterItsLastField) {
  EXPECT_EQ(error_of_row(checked(fields_of(GetParam().good) + "x")), Errc::corrupt);
}

TEST(IndexRows, RejectASchemaOfAnotherLength) {
  for (const std::string& row :
       {std::string(), encode_schema(2) + "x", encode_schema(2).substr(0, 4),
        "\x02" + encode_schema(2).substr(1)}) {
    EXPECT_EQ(decode_schema(kKey, bytes_of(row)).error().code, Errc::corrupt);
  }
}

TEST(IndexRows, RejectATextLongerThanTheRow) {
  std::string fields = fields_of(encode(kKey, std::string("note")));

  fields.replace(1, 4, "\xff\xff\xff\xff");

  EXPECT_EQ(decode_note(kKey, bytes_of(checked(fields))).error().code, Errc::corrupt);
}

TEST(IndexRows, RejectMoreChildrenThanThereAre) {
  std::string fields = fields_of(encode(kKey, kChildren));

  fields.replace(1, 4, "\xff\xff\xff\xff");

  EXPECT_EQ(decode_children(kKey, bytes_of(checked(fields))).error().code, Errc::corrupt);
}

TEST(IndexRows, RejectATagWithAnUnknownAlgorithm) {
  std::string fields = fields_of(encode(kKey, kTag));

  fields[1] = 3;

  EXPECT_EQ(decode_tag(kKey, bytes_of(checked(fields))).error().code, Errc::corrupt);
  EXPECT_EQ(decode_tag_record(kKey, bytes_of(checked(fields))).error().code, Errc::corrupt);
}

TEST(IndexRows, RejectABlobInNoQueueOrUsedTooOften) {
  BlobRow nowhere = kBlob;
  nowhere.record.queue = static_cast<Queue>(3);
  BlobRow often = kBlob;
  often.frequency = kFrequencyMax + 1;

  EXPECT_EQ(decode_blob(kKey, bytes_of(encode(kKey, nowhere))).error().code, Errc::corrupt);
  EXPECT_EQ(decode_blob(kKey, bytes_of(encode(kKey, often))).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace larder::cache
