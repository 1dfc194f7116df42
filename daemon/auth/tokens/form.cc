#include "daemon/auth/tokens/form.h"

#include <algorithm>
#include <utility>

#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

Error malformed_form(const std::string& what) {
  return {Errc::invalid, "form: " + what};
}

bool is_clean(const std::string& text) {
  return std::none_of(text.begin(), text.end(), http::is_control);
}

}  // namespace

Result<Form> Form::parse(std::string_view text) {
  if (text.size() > kFormBytesMax) return malformed_form("too large");
  const auto separators = std::count(text.begin(), text.end(), '&');
  if (static_cast<std::size_t>(separators) >= kFormParametersMax) {
    return malformed_form("too many parameters");
  }
  std::string spaced;
  spaced.reserve(text.size());
  for (const char c : text) {
    if (c == '+') {
      spaced += "%20";
    } else {
      spaced.push_back(c);
    }
  }
  auto parameters = http::parse_query(spaced);
  if (!parameters) return malformed_form("a broken escape");
  const bool clean = std::all_of(parameters->begin(), parameters->end(), [](const auto& one) {
    return is_clean(one.first) && is_clean(one.second);
  });
  if (!clean) return malformed_form("a control character");
  Form form;
  form.parameters_ = std::move(*parameters);
  return form;
}

Result<std::string> Form::one(std::string_view name) const {
  auto values = all(name);
  if (values.size() > 1) return malformed_form(std::string(name) + " is given more than once");
  return values.empty() ? std::string() : std::move(values.front());
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [own, value] : parameters_) {
    if (own == name) values.push_back(value);
  }
  return values;
}

}  // namespace larder::tokens
