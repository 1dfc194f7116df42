#include "daemon/auth/tokens/form.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace larder::tokens {
namespace {

TEST(Form, HasDecodedNamesAndValues) {
  const auto form = Form::parse("scope=repository%3Aa%3Apull+x%2By&scope=b&user%6eame=u&empty=&&x");

  ASSERT_TRUE(form.ok());
  EXPECT_EQ(form->all("scope"), (std::vector<std::string>{"repository:a:pull x+y", "b"}));
  EXPECT_EQ(*form->one("username"), "u");
  EXPECT_EQ(*form->one("empty"), "");
  EXPECT_EQ(*form->one("x"), "");
  EXPECT_EQ(*form->one("missing"), "");
  EXPECT_FALSE(form->one("scope").ok());
}

TEST(Form, RefusesWhatIsNoneOrTooMuch) {
  for (const std::string& text :
       {std::string("a=%"), std::string("a=%4"), std::string("a=%zz"), std::string("a=%00"),
        std::string("a%0a=b"), std::string("a=b%0d%0ac"), std::string("a=\0", 3),
        std::string("a=b\nc"), std::string(65 * 1024, 'a'), std::string(200, '&')}) {
    EXPECT_FALSE(Form::parse(text).ok()) << text.substr(0, 20);
  }
}

TEST(Form, TellsNoValueInAnError) {
  EXPECT_EQ(Form::parse("password=secret%zz").error().context.find("secret"), std::string::npos);
  EXPECT_EQ(Form::parse("password=secret&password=x")->one("password").error().context,
            "form: password is given more than once");
}

}  // namespace
}  // namespace larder::tokens
