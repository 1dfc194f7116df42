// The metric families of upstreams' health, made from their reports whenever somebody asks: what
// is unknown has no series, so nothing stands there that was true once.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/upstream/upstream.h"

namespace larder::control {

std::vector<prometheus::MetricFamily> upstream_families(
    const std::vector<upstream::UpstreamReport>& reports);

}  // namespace larder::control
