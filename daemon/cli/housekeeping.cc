#include "daemon/cli/housekeeping.h"

#include <pthread.h>

#include <utility>

namespace larder::cli {

namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

Housekeeping::Housekeeping(std::function<void()> round, const Clock& clock)
    : round_(std::move(round)), clock_(clock), thread_([this](const std::stop_token& stop) {
        pthread_setname_np(pthread_self(), "housekeeping");
        while (!stop.stop_requested()) {
          round_();
          sleeper_.sleep_until(clock_.now() + kInterval, stop);
        }
      }) {}

void Housekeeping::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace larder::cli
