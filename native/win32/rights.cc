#include "rights.h"

#include "scope_guard.h"

namespace clusrpc {

Result<bool> IsElevated() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return Result<bool>::LastError("OpenProcessToken");
  const ScopeGuard close([&] { CloseHandle(token); });
  TOKEN_ELEVATION elevation{};
  DWORD size = 0;
  if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size)) {
    return Result<bool>::LastError("GetTokenInformation");
  }
  return {ERROR_SUCCESS, "GetTokenInformation", elevation.TokenIsElevated != 0};
}

}  // namespace clusrpc
