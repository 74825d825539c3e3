// Before windows.h, which would bring the older winsock.h.
#include <winsock2.h>

#include "udp_counters.h"

#include <ws2tcpip.h>

#include <iphlpapi.h>

namespace clusrpc {

Result<std::vector<UdpCounters>> ReadUdpCounters() {
  using Answer = Result<std::vector<UdpCounters>>;
  Answer answer;
  for (const ULONG family : {AF_INET, AF_INET6}) {
    MIB_UDPSTATS stats{};
    const DWORD error = GetUdpStatisticsEx(&stats, family);
    if (error == ERROR_NOT_SUPPORTED && family == AF_INET6) break;
    if (error != ERROR_SUCCESS) return Answer::Failure(error, "GetUdpStatisticsEx");
    answer.value.push_back({stats.dwInDatagrams, stats.dwNoPorts, stats.dwInErrors, stats.dwOutDatagrams});
  }
  return answer;
}

}  // namespace clusrpc
