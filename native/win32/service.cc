#include "service.h"

#include "scope_guard.h"

namespace clusrpc {

Result<uint32_t> ServiceState(const std::u16string& machine, const std::u16string& name) {
  using Answer = Result<uint32_t>;
  const SC_HANDLE manager = OpenSCManagerW(machine.empty() ? nullptr : Wide(machine), nullptr, SC_MANAGER_CONNECT);
  if (manager == nullptr) return Answer::LastError("OpenSCManagerW");
  const ScopeGuard close_manager([&] { CloseServiceHandle(manager); });
  const SC_HANDLE service = OpenServiceW(manager, Wide(name), SERVICE_QUERY_STATUS);
  if (service == nullptr) return Answer::LastError("OpenServiceW");
  const ScopeGuard close_service([&] { CloseServiceHandle(service); });
  SERVICE_STATUS status{};
  if (!QueryServiceStatus(service, &status)) return Answer::LastError("QueryServiceStatus");
  return {ERROR_SUCCESS, "QueryServiceStatus", status.dwCurrentState};
}

}  // namespace clusrpc
