#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "result.h"

namespace clusrpc {

enum class Protocol : uint8_t { kUdp, kTcp };

struct PortRow {
  Protocol protocol = Protocol::kUdp;
  int family = 4;  // 4 or 6
  std::u16string address;
  uint16_t port = 0;
  uint32_t pid = 0;
  uint32_t state = 0;  // MIB_TCP_STATE; 0 for UDP
};

// Every UDP and TCP endpoint of this machine with its owner, IPv4 and IPv6.
Result<std::vector<PortRow>> ReadPortTable();

}  // namespace clusrpc
