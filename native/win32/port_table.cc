// winsock2.h must come before windows.h, which result.h brings in.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>

#include "port_table.h"

#include <functional>

namespace clusrpc {
namespace {

// The table grows between the call that measures and the call that reads when programs open sockets meanwhile.
constexpr int kMostAttempts = 16;

using Reader = std::function<DWORD(void* table, DWORD* size)>;

DWORD ReadTable(const Reader& read, std::vector<uint8_t>* table) {
  table->resize(16'384);
  DWORD error = ERROR_INSUFFICIENT_BUFFER;
  for (int attempt = 0; attempt < kMostAttempts && error == ERROR_INSUFFICIENT_BUFFER; attempt++) {
    DWORD size = static_cast<DWORD>(table->size());
    error = read(table->data(), &size);
    if (error == ERROR_INSUFFICIENT_BUFFER) table->resize(static_cast<size_t>(size) + 4'096);
  }
  return error;
}

std::u16string AddressText(int family, const void* address) {
  wchar_t text[INET6_ADDRSTRLEN] = {};
  const wchar_t* const end = InetNtopW(family, const_cast<void*>(address), text, INET6_ADDRSTRLEN);
  return end == nullptr ? std::u16string() : std::u16string(text, text + wcslen(text));
}

// Only the low two bytes hold the port, in network order; the upper two may hold anything.
uint16_t Port(DWORD port) { return ntohs(static_cast<uint16_t>(port & 0xFFFF)); }

DWORD State(const MIB_TCPROW_OWNER_PID& row) { return row.dwState; }
DWORD State(const MIB_TCP6ROW_OWNER_PID& row) { return row.dwState; }
DWORD State(const MIB_UDPROW_OWNER_PID&) { return 0; }
DWORD State(const MIB_UDP6ROW_OWNER_PID&) { return 0; }
std::u16string Address(const MIB_TCPROW_OWNER_PID& row) { return AddressText(AF_INET, &row.dwLocalAddr); }
std::u16string Address(const MIB_UDPROW_OWNER_PID& row) { return AddressText(AF_INET, &row.dwLocalAddr); }
std::u16string Address(const MIB_TCP6ROW_OWNER_PID& row) { return AddressText(AF_INET6, row.ucLocalAddr); }
std::u16string Address(const MIB_UDP6ROW_OWNER_PID& row) { return AddressText(AF_INET6, row.ucLocalAddr); }

template <typename Table>
DWORD Append(Protocol protocol, int family, const Reader& read, std::vector<PortRow>* rows) {
  std::vector<uint8_t> bytes;
  const DWORD error = ReadTable(read, &bytes);
  if (error != ERROR_SUCCESS) return error;
  const Table* const table = reinterpret_cast<const Table*>(bytes.data());
  for (DWORD i = 0; i < table->dwNumEntries; i++) {
    const auto& row = table->table[i];
    rows->push_back({protocol, family, Address(row), Port(row.dwLocalPort), row.dwOwningPid, State(row)});
  }
  return ERROR_SUCCESS;
}

Reader Udp(ULONG family) {
  return [family](void* table, DWORD* size) {
    return GetExtendedUdpTable(table, size, FALSE, family, UDP_TABLE_OWNER_PID, 0);
  };
}

Reader Tcp(ULONG family) {
  return [family](void* table, DWORD* size) {
    return GetExtendedTcpTable(table, size, FALSE, family, TCP_TABLE_OWNER_PID_ALL, 0);
  };
}

}  // namespace

Result<std::vector<PortRow>> ReadPortTable() {
  using Answer = Result<std::vector<PortRow>>;
  Answer answer;
  std::vector<PortRow>* const rows = &answer.value;
  DWORD error = Append<MIB_UDPTABLE_OWNER_PID>(Protocol::kUdp, 4, Udp(AF_INET), rows);
  if (error == ERROR_SUCCESS) error = Append<MIB_UDP6TABLE_OWNER_PID>(Protocol::kUdp, 6, Udp(AF_INET6), rows);
  if (error != ERROR_SUCCESS) return Answer::Failure(error, "GetExtendedUdpTable");
  error = Append<MIB_TCPTABLE_OWNER_PID>(Protocol::kTcp, 4, Tcp(AF_INET), rows);
  if (error == ERROR_SUCCESS) error = Append<MIB_TCP6TABLE_OWNER_PID>(Protocol::kTcp, 6, Tcp(AF_INET6), rows);
  if (error != ERROR_SUCCESS) return Answer::Failure(error, "GetExtendedTcpTable");
  return answer;
}

}  // namespace clusrpc
