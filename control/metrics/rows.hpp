// What the files of rows share.
#pragma once

#include <string>

#include "control/metrics/table.hpp"
#include "dataplane/base/address.hpp"

namespace sluice::control::metrics {

inline constexpr auto counter = prometheus::MetricType::Counter;
inline constexpr auto gauge = prometheus::MetricType::Gauge;
inline constexpr auto histogram = prometheus::MetricType::Histogram;

// Counters of 64 bits are exact up to 2^53.
template<class Value>
double number(Value value)
{
    return static_cast<double>(value);
}

} // namespace sluice::control::metrics
