#include "daemon/control/counters.h"

#include <gtest/gtest.h>
#include <prometheus/registry.h>

namespace larder::control {
namespace {

class CountersTest : public ::testing::Test {
 protected:
  static prometheus::Labels labels_of(const CounterKey& key) {
    return {{"name", std::string(key.name)}, {"code", std::to_string(key.number)}};
  }

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& family_ =
      prometheus::BuildCounter().Name("things_total").Register(registry_);
};

TEST_F(CountersTest, AreTheSameForTheSameKey) {
  Counters counters(family_, labels_of, 8);

  EXPECT_EQ(&counters.at({"a", "", 1}), &counters.at({"a", "", 1}));
  EXPECT_NE(&counters.at({"a", "", 1}), &counters.at({"a", "", 2}));
  EXPECT_NE(&counters.at({"a", "", 1}), &counters.at({"b", "", 1}));
}

TEST_F(CountersTest, OutliveTheTextOfTheirKey) {
  Counters counters(family_, labels_of, 8);
  std::string name = "before";

  prometheus::Counter& before = counters.at({name, "", 0});
  name = "after!";

  EXPECT_EQ(&counters.at({"before", "", 0}), &before);
  EXPECT_TRUE(family_.Has({{"name", "before"}, {"code", "0"}}));
}

TEST_F(CountersTest, BeyondTheBoundShareOnePerNumber) {
  Counters counters(family_, labels_of, 2);
  counters.at({"a", "", 200});
  counters.at({"b", "", 200});

  prometheus::Counter& beyond = counters.at({"c", "", 200});

  EXPECT_EQ(&counters.at({"d", "", 200}), &beyond);
  EXPECT_NE(&counters.at({"e", "", 404}), &beyond);
  EXPECT_TRUE(family_.Has({{"name", "other"}, {"code", "200"}}));
  EXPECT_FALSE(family_.Has({{"name", "c"}, {"code", "200"}}));
}

}  // namespace
}  // namespace larder::control
