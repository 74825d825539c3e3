#pragma once

#include <cstddef>
#include <string>

namespace clusrpc {

// Text of at most `room` units, up to its terminator if it has one.
template <typename Unit>
std::u16string BoundedText(const Unit* text, size_t room) {
  static_assert(sizeof(Unit) == 2, "UTF-16 units");
  size_t length = 0;
  while (length < room && text[length] != 0) length++;
  return std::u16string(text, text + length);
}

}  // namespace clusrpc
