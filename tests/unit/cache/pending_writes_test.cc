#include "cache/pending_writes.h"

#include <gmock/gmock.h>

#include "tests/support/bytes.h"

namespace larder::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps work until it is told to do it.
class LaterExecutor final : public Executor {
 public:
  bool run(std::function<void()> work) override {
    work_.push_back(std::move(work));
    return true;
  }
  void do_all() {
    for (const auto& work : std::exchange(work_, {})) work();
  }

 private:
  std::vector<std::function<void()>> work_;
};

TEST(PendingWrites, NameTheTagsThatAreNotOnDiskYet) {
  LaterExecutor executor;
  PendingWrites pending({[](const auto&, const auto&) {}, [](const auto&, const auto&) {}},
                        executor);
  const TagName name{"reg.test", "app", "1"};
  const auto digest = testing::digest_of_text("{}");

  ASSERT_TRUE(pending.put_document(digest, {"m", "{}"}).ok());
  ASSERT_TRUE(pending.put_tag(name, {digest, "m", 2, {}, {}}).ok());
  EXPECT_THAT(pending.tag_names(), ElementsAre(name));
  executor.do_all();

  EXPECT_THAT(pending.tag_names(), IsEmpty());
}

}  // namespace
}  // namespace larder::cache
