#include "system_message.h"

namespace clusrpc {

std::u16string SystemMessage(DWORD error) {
  wchar_t text[512];
  // With no room for a second line, line ends become spaces. Inserts have nothing to be filled with.
  constexpr DWORD kFlags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
  DWORD length = FormatMessageW(kFlags, nullptr, error, 0, text, sizeof text / sizeof text[0], nullptr);
  while (length > 0 && text[length - 1] <= L' ') length--;
  return std::u16string(text, text + length);
}

}  // namespace clusrpc
