#pragma once

#include <cstdint>
#include <string>

#include "result.h"

namespace clusrpc {

// dwCurrentState of a service: 1 stopped … 4 running … 7 paused. `machine` empty: this one.
Result<uint32_t> ServiceState(const std::u16string& machine, const std::u16string& name);

}  // namespace clusrpc
