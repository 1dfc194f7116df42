#include "daemon/auth/tokens/password_file.h"

#include <utility>

#include "daemon/auth/digests.h"
#include "daemon/auth/encoding.h"
#include "daemon/auth/tokens/bcrypt.h"

namespace larder::tokens {

namespace {

constexpr std::chrono::seconds kLookInterval{1};
constexpr std::size_t kStampBytes = 12;

// Of a peer, the address without the port.
std::string_view address_of(std::string_view peer) {
  return peer.substr(0, peer.rfind(':'));
}

// One text from several, so that no other several make it.
std::string joined(std::string_view a, std::string_view b, std::string_view c) {
  std::string text;
  for (const auto part : {a, b, c})
    text.append(std::to_string(part.size())).append(":").append(part);
  return text;
}

std::string stamp_of(const std::string& hash) {
  return auth::base64url(auth::bytes_of(auth::sha256(hash)).substr(0, kStampBytes));
}

Error wrong() {
  return {Errc::denied, "wrong username or password"};
}

}  // namespace

PasswordFile::PasswordFile(PasswordFileOptions options, Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      key_(auth::random_bytes(32)),
      file_(options_.file, kHtpasswdBytesMax, clock),
      outcomes_(options_.outcomes) {}

Result<std::unique_ptr<PasswordFile>> PasswordFile::open(PasswordFileOptions options,
                                                         Clock& clock) {
  std::unique_ptr<PasswordFile> file(new PasswordFile(std::move(options), clock));
  if (auto loaded = file->reload(); !loaded) return in_context("htpasswd", loaded.error());
  return file;
}

Result<Subject> PasswordFile::check(const PasswordQuestion& question) {
  const auto users = this->users();
  const std::string& hash = users->hash_of(question.username);
  // With the hash in it, a changed password is another one.
  const auth::Sum password =
      auth::hmac_sha256(key_, joined(question.username, question.password, hash));
  const auto address = address_of(question.peer);
  const Guesser who{auth::hmac_sha256(key_, joined("user", question.username, address)),
                    auth::hmac_sha256(key_, joined("address", address, ""))};
  bool known = false;
  auto right = known_or_turn(password, who, known);
  if (!right) return right.error();
  if (!known) {
    ++checks_;
    *right = bcrypt_matches(question.password, hash);
    settle(password, who, *right);
  }
  if (!*right) return wrong();
  Subject subject;
  subject.kind = Subject::Kind::user;
  subject.name = question.username;
  subject.stamp = stamp_of(hash);
  return subject;
}

std::optional<std::string> PasswordFile::stamp(const std::string& username) {
  const auto users = this->users();
  if (!users->has(username)) return std::nullopt;
  return stamp_of(users->hash_of(username));
}

Status PasswordFile::maintain() {
  if (reloading_.test_and_set(std::memory_order_acquire)) return {};
  auto loaded = reload();
  reloading_.clear(std::memory_order_release);
  return loaded.ok() ? Status() : in_context("htpasswd", loaded.error());
}

Status PasswordFile::reload() {
  auto content = file_.read_if_changed();
  if (!content) return content.error();
  if (!*content) return {};
  auto parsed = Htpasswd::parse(**content);
  if (!parsed) return in_context(options_.file.string(), parsed.error());
  auto users = std::make_shared<const Htpasswd>(std::move(*parsed));
  MutexLock lock(mutex_);
  users_ = std::move(users);
  return {};
}

std::shared_ptr<const Htpasswd> PasswordFile::users() {
  bool is_due = false;
  {
    MutexLock lock(mutex_);
    const auto now = clock_.now();
    is_due = now >= looked_ + kLookInterval;
    if (is_due) looked_ = now;
  }
  // What is wrong with the file is told by maintain().
  if (is_due) static_cast<void>(maintain());
  MutexLock lock(mutex_);
  return users_;
}

// Either what is known of the password, or the turn to try it: then it is in trying_.
Result<bool> PasswordFile::known_or_turn(const auth::Sum& password, const Guesser& who,
                                         bool& known) {
  MutexLock lock(mutex_);
  const MonoTime give_up = clock_.now() + options_.wait_max;
  while (true) {
    const auto now = clock_.now();
    if (const auto right = outcomes_.find(password, now)) {
      known = true;
      return *right;
    }
    if (!outcomes_.may_try(who, now)) {
      return Error{Errc::busy, "too many wrong passwords", "guessing"};
    }
    const bool is_tried = trying_.count(password) != 0;
    if (!is_tried && trying_.size() < static_cast<std::size_t>(options_.checks_max)) {
      trying_.insert(password);
      return false;
    }
    if (!wait_for_turn(give_up)) {
      return Error{Errc::busy, "too many passwords are being checked", "busy"};
    }
  }
}

bool PasswordFile::wait_for_turn(MonoTime give_up) {
  if (waiting_ >= options_.waiting_max) return false;
  ++waiting_;
  const bool in_time = turn_ended_.wait_until(mutex_, give_up);
  --waiting_;
  return in_time;
}

void PasswordFile::settle(const auth::Sum& password, const Guesser& who, bool right) {
  MutexLock lock(mutex_);
  const auto now = clock_.now();
  trying_.erase(password);
  outcomes_.remember(password, right, now);
  if (!right) outcomes_.note_wrong(who, now);
  turn_ended_.notify_all();
}

}  // namespace larder::tokens
