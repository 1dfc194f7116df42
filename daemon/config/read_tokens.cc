// What listeners' clients get, and what for (docs/auth-tokens.md).
#include "daemon/config/read_auth.h"
#include "daemon/config/sections.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

using std::chrono::hours;

constexpr DurationRange kLifetime{std::chrono::seconds(60), hours(1)};
// A key is published for a day before it signs.
constexpr DurationRange kRotation{hours(2 * 24), hours(365 * 24)};
constexpr DurationRange kGrantTtl{std::chrono::seconds(1), hours(24)};
constexpr DurationRange kGrantGrace{Milliseconds(0), hours(30 * 24)};
constexpr std::string_view kWordShape = "at most 255 characters of ASCII without space, \" and \\";

void read_keys(Section& tokens, TokenKeys& keys) {
  std::optional<Section> section = tokens.read_section("keys");
  if (!section) return;
  read_absolute_path(*section, "file", keys.file);
  section->read_flag("read_only", keys.read_only);
  section->read_duration("rotation", kRotation, keys.rotation);
  if (keys.read_only) {
    if (!section->has("file")) section->refuse("file", "nothing", "the file that is only read");
    refuse_idle(*section, "rotation", "it only without read_only: somebody else keeps the keys");
  }
  section->finish();
}

void read_grants(Section& tokens, TenantGrants& grants) {
  std::optional<Section> section = tokens.read_section("grants");
  if (!section) return;
  section->read_duration("ttl", kGrantTtl, grants.ttl);
  section->read_duration("grace", kGrantGrace, grants.grace);
  section->finish();
}

}  // namespace

void read_tokens(Section& root, Tokens& tokens) {
  std::optional<Section> section = root.read_section("tokens");
  if (!section) return;
  section->read_text("issuer", kWordShape, is_word, tokens.issuer);
  section->read_text("service", kWordShape, is_word, tokens.service);
  section->read_duration("lifetime", kLifetime, tokens.lifetime);
  section->read_flag("with_certificate", tokens.with_certificate);
  read_keys(*section, tokens.keys);
  read_absolute_path(*section, "htpasswd", tokens.htpasswd_file);
  read_absolute_path(*section, "access_keys", tokens.access_keys_file);
  section->read_flag("anonymous", tokens.anonymous);
  read_token_issuers(*section, tokens.issuers);
  read_grants(*section, tokens.grants);
  section->finish();
}

}  // namespace larder::config
