#include "cache/pipe.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace larder::cache {
namespace {

MonoTime soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(20);
}
MonoTime now() {
  return std::chrono::steady_clock::now();
}

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string text(const Result<std::span<const std::byte>>& got) {
  if (!got.ok()) return describe(got.error());
  return {reinterpret_cast<const char*>(got->data()), got->size()};
}

TEST(Pipe, GivesBytesInOrderAndDropsThoseBefore) {
  Pipe pipe(100, 1000);
  pipe.tell_size(200, 200);

  ASSERT_TRUE(pipe.write(bytes("abcdef")));
  ASSERT_TRUE(pipe.write(bytes("ghi")));

  EXPECT_EQ(text(pipe.read(102, 2, soon())), "cd");
  EXPECT_EQ(text(pipe.read(104, 100, soon())), "ef");
  EXPECT_EQ(text(pipe.read(107, 100, soon())), "hi");
}

TEST(Pipe, HoldsBackWhatLiesBeyondTheGate) {
  Pipe pipe(0, 1000);
  pipe.tell_size(6, 4);
  ASSERT_TRUE(pipe.write(bytes("abcdef")));

  EXPECT_EQ(text(pipe.read(0, 100, soon())), "abcd");
  EXPECT_EQ(pipe.read(4, 100, now()).error().code, Errc::timeout);
  pipe.open_gate();

  EXPECT_EQ(text(pipe.read(4, 100, soon())), "ef");
}

TEST(Pipe, GivesItsErrorAfterTheBytes) {
  Pipe pipe(0, 1000);
  pipe.tell_size(6, 6);
  ASSERT_TRUE(pipe.write(bytes("ab")));

  pipe.fail({Errc::upstream_down, "reset"});

  EXPECT_EQ(text(pipe.read(0, 100, soon())), "ab");
  EXPECT_EQ(pipe.read(2, 100, soon()).error().code, Errc::upstream_down);
}

TEST(Pipe, AFullPipeMakesTheWriterWaitForTheReader) {
  Pipe pipe(0, 4);
  pipe.tell_size(8, 8);
  ASSERT_TRUE(pipe.write(bytes("abcd")));

  std::thread writer([&] { EXPECT_TRUE(pipe.write(bytes("efgh"))); });
  EXPECT_EQ(text(pipe.read(0, 100, soon())), "abcd");
  EXPECT_EQ(text(pipe.read(4, 100, soon())), "efgh");
  writer.join();
}

TEST(Pipe, AReaderThatIsGoneEndsTheWriter) {
  Pipe pipe(0, 4);
  ASSERT_TRUE(pipe.write(bytes("abcd")));

  std::thread writer([&] { EXPECT_FALSE(pipe.write(bytes("efgh"))); });
  pipe.close();
  writer.join();
}

TEST(Pipe, TheSizeIsWaitedFor) {
  Pipe pipe(0, 4);

  EXPECT_EQ(pipe.size_bytes(now()).error().code, Errc::timeout);
  pipe.tell_size(9, 9);

  EXPECT_EQ(*pipe.size_bytes(soon()), 9u);
}

}  // namespace
}  // namespace larder::cache
