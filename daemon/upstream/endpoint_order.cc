#include "daemon/upstream/endpoint_order.h"

#include <algorithm>

namespace larder::upstream {

namespace {

using Candidates = std::vector<EndpointOrder::Candidate>;

Duration latency_of(const EndpointOrder::Candidate& candidate) {
  return candidate.latency ? candidate.latency->smoothed : Duration::max();
}

bool is_clearly_quicker(Duration a, Duration b) {
  const Duration enough =
      std::max(Duration(EndpointOrder::kClearlyQuicker),
               std::chrono::duration_cast<Duration>(b * EndpointOrder::kClearlyQuickerShare));
  return a < b - enough;
}

// One whose latency nobody knows, or knew lately, and that nobody is asking at the moment.
std::optional<std::size_t> to_find_out(const Candidates& candidates,
                                       const std::vector<std::size_t>& askable, MonoTime now) {
  const auto is_unknown = [&](std::size_t i) {
    const auto& [is_refused, latency, asked_at] = candidates[i];
    if (latency && now - latency->measured_at < EndpointOrder::kMeasureAgain) return false;
    return !asked_at || now - *asked_at >= EndpointOrder::kFindOutPause;
  };
  const auto found = std::find_if(askable.begin(), askable.end(), is_unknown);
  return found == askable.end() ? std::nullopt : std::optional(*found);
}

void move_to_front(std::vector<std::size_t>& indexes, std::size_t index) {
  const auto found = std::find(indexes.begin(), indexes.end(), index);
  if (found != indexes.end()) std::rotate(indexes.begin(), found, found + 1);
}

}  // namespace

EndpointOrder::Order EndpointOrder::of(const Candidates& candidates, MonoTime now) {
  std::vector<std::size_t> askable;
  std::vector<std::size_t> refused;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    (candidates[i].is_refused ? refused : askable).push_back(i);
  }
  const std::size_t count = askable.size();
  if (selection_ == Selection::latency && count > 1) {
    MutexLock lock(mutex_);
    prefer(candidates, askable);
    std::stable_sort(askable.begin(), askable.end(), [&](std::size_t a, std::size_t b) {
      return latency_of(candidates[a]) < latency_of(candidates[b]);
    });
    if (preferred_) move_to_front(askable, *preferred_);
    if (const auto one = to_find_out(candidates, askable, now)) move_to_front(askable, *one);
  }
  askable.insert(askable.end(), refused.begin(), refused.end());
  return {std::move(askable), count};
}

// A preferred one that is refused for now gives its place away; quicker, it gets it back.
void EndpointOrder::prefer(const Candidates& candidates, const std::vector<std::size_t>& askable) {
  const auto quickest =
      *std::min_element(askable.begin(), askable.end(), [&](std::size_t a, std::size_t b) {
        return latency_of(candidates[a]) < latency_of(candidates[b]);
      });
  const bool stands =
      preferred_ && std::find(askable.begin(), askable.end(), *preferred_) != askable.end() &&
      candidates[*preferred_].latency &&
      !is_clearly_quicker(latency_of(candidates[quickest]), latency_of(candidates[*preferred_]));
  if (!stands) preferred_ = quickest;
}

}  // namespace larder::upstream
