#include "registry_value.h"

#include <algorithm>

namespace clusrpc {
namespace {

// The numbers of winnt.h, repeated because this file is also compiled where that header does not exist.
constexpr uint32_t kRegSz = 1;
constexpr uint32_t kRegExpandSz = 2;
constexpr uint32_t kRegDword = 4;
constexpr uint32_t kRegDwordBigEndian = 5;
constexpr uint32_t kRegLink = 6;
constexpr uint32_t kRegMultiSz = 7;
constexpr uint32_t kRegQword = 11;

char16_t UnitAt(const uint8_t* data, size_t index) {
  return static_cast<char16_t>(data[2 * index] | (data[2 * index + 1] << 8));
}

Text Units(const uint8_t* data, size_t begin, size_t end) {
  Text text;
  text.reserve(end - begin);
  for (size_t i = begin; i < end; i++) text.push_back(UnitAt(data, i));
  return text;
}

uint32_t LittleEndian32(const uint8_t* data) {
  return data[0] | static_cast<uint32_t>(data[1]) << 8 | static_cast<uint32_t>(data[2]) << 16 |
         static_cast<uint32_t>(data[3]) << 24;
}

}  // namespace

TextList SplitMultiString(const uint8_t* data, size_t size) {
  size_t units = size / 2;
  // A list ends in an empty string; the string before it brings its own terminator. A list of no strings is one NUL.
  const bool closed = units >= 1 && UnitAt(data, units - 1) == 0 && (units == 1 || UnitAt(data, units - 2) == 0);
  if (closed) units--;
  TextList list;
  size_t begin = 0;
  for (size_t i = 0; i < units; i++) {
    if (UnitAt(data, i) != 0) continue;
    list.push_back(Units(data, begin, i));
    begin = i + 1;
  }
  if (begin < units) list.push_back(Units(data, begin, units));
  // Nothing but terminators is a list of nothing, however many were written.
  const bool empty = std::all_of(list.begin(), list.end(), [](const Text& text) { return text.empty(); });
  return empty ? TextList() : list;
}

Text UnpackText(const uint8_t* data, size_t size) {
  size_t units = size / 2;
  if (units > 0 && UnitAt(data, units - 1) == 0) units--;
  return Units(data, 0, units);
}

RegistryData UnpackRegistryValue(uint32_t type, const Bytes& bytes) {
  const uint8_t* data = bytes.data();
  switch (type) {
    case kRegSz:
    case kRegExpandSz:
    case kRegLink:
      return UnpackText(data, bytes.size());
    case kRegMultiSz:
      return SplitMultiString(data, bytes.size());
    case kRegDword:
      if (bytes.size() == 4) return LittleEndian32(data);
      break;
    case kRegDwordBigEndian:
      if (bytes.size() == 4) {
        return static_cast<uint32_t>(data[0]) << 24 | static_cast<uint32_t>(data[1]) << 16 |
               static_cast<uint32_t>(data[2]) << 8 | data[3];
      }
      break;
    case kRegQword:
      if (bytes.size() == 8) {
        return static_cast<uint64_t>(LittleEndian32(data)) | static_cast<uint64_t>(LittleEndian32(data + 4)) << 32;
      }
      break;
    default:
      break;
  }
  return bytes;
}

}  // namespace clusrpc
