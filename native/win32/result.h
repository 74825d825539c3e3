#pragma once

#include <windows.h>

#include <string>

namespace clusrpc {

// What a Win32 call answered: `error` is 0, or the Win32 number with the name of the call that said it.
template <typename Value>
struct Result {
  DWORD error = ERROR_SUCCESS;
  const char* syscall = "";
  Value value{};

  static Result Failure(DWORD error, const char* syscall) { return {error, syscall, {}}; }
  // For calls that leave their number in GetLastError; one that left none has failed all the same.
  static Result LastError(const char* syscall) {
    const DWORD error = GetLastError();
    return {error == ERROR_SUCCESS ? static_cast<DWORD>(ERROR_GEN_FAILURE) : error, syscall, {}};
  }
};

// char16_t is what the other layers speak, wchar_t what Windows speaks; here both are one UTF-16 unit.
inline const wchar_t* Wide(const std::u16string& text) { return reinterpret_cast<const wchar_t*>(text.c_str()); }

}  // namespace clusrpc
