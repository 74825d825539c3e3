#pragma once

#include <cstdint>
#include <vector>

#include "result.h"

namespace clusrpc {

// Datagrams of one family since the system began; the numbers wrap at 32 bits.
struct UdpCounters {
  uint32_t received = 0;
  uint32_t no_port = 0;
  uint32_t errors = 0;
  uint32_t sent = 0;
};

// IPv4, and IPv6 where this machine has it.
Result<std::vector<UdpCounters>> ReadUdpCounters();

}  // namespace clusrpc
