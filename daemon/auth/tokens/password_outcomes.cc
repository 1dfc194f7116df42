#include "daemon/auth/tokens/password_outcomes.h"

namespace larder::tokens {

namespace {

// Makes room for one more. The oldest goes.
template <class Map>
void trim(Map& map, std::list<auth::Sum>& order, std::size_t size_max) {
  if (map.size() < size_max) return;
  map.erase(order.front());
  order.pop_front();
}

template <class Map>
void drop(Map& map, std::list<auth::Sum>& order, typename Map::iterator one) {
  order.erase(one->second.place);
  map.erase(one);
}

}  // namespace

std::optional<bool> PasswordOutcomes::find(const auth::Sum& password, MonoTime now) const {
  const auto found = outcomes_.find(password);
  if (found == outcomes_.end() || found->second.until <= now) return std::nullopt;
  return found->second.right;
}

void PasswordOutcomes::remember(const auth::Sum& password, bool right, MonoTime now) {
  if (const auto found = outcomes_.find(password); found != outcomes_.end()) {
    drop(outcomes_, outcome_order_, found);
  }
  trim(outcomes_, outcome_order_, kPasswordsMax);
  const auto place = outcome_order_.insert(outcome_order_.end(), password);
  const MonoTime until = now + (right ? rules_.right_for : rules_.wrong_for);
  outcomes_.emplace(password, Outcome{right, until, place});
}

bool PasswordOutcomes::may_try(const Guesser& who, MonoTime now) const {
  return wrong_of(who.user_at_address, now) < rules_.wrong_max &&
         wrong_of(who.address, now) < rules_.address_wrong_max;
}

void PasswordOutcomes::note_wrong(const Guesser& who, MonoTime now) {
  count_wrong(who.user_at_address, now);
  count_wrong(who.address, now);
}

int PasswordOutcomes::wrong_of(const auth::Sum& who, MonoTime now) const {
  const auto found = guessers_.find(who);
  const bool counts = found != guessers_.end() && now < found->second.window_end;
  return counts ? found->second.wrong : 0;
}

void PasswordOutcomes::count_wrong(const auth::Sum& who, MonoTime now) {
  auto found = guessers_.find(who);
  if (found != guessers_.end() && found->second.window_end <= now) {
    drop(guessers_, guesser_order_, found);
    found = guessers_.end();
  }
  if (found != guessers_.end()) {
    ++found->second.wrong;
    return;
  }
  trim(guessers_, guesser_order_, kGuessersMax);
  const auto place = guesser_order_.insert(guesser_order_.end(), who);
  guessers_.emplace(who, Guesses{1, now + rules_.wrong_window, place});
}

}  // namespace larder::tokens
