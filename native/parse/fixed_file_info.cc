#include "fixed_file_info.h"

namespace clusrpc {
namespace {

constexpr size_t kSize = 13 * 4;
constexpr uint32_t kSignature = 0xFEEF04BD;

uint32_t WordAt(const uint8_t* data, size_t offset) {
  return data[offset] | static_cast<uint32_t>(data[offset + 1]) << 8 | static_cast<uint32_t>(data[offset + 2]) << 16 |
         static_cast<uint32_t>(data[offset + 3]) << 24;
}

VersionParts Parts(uint32_t most, uint32_t least) {
  return {static_cast<uint16_t>(most >> 16), static_cast<uint16_t>(most & 0xFFFF), static_cast<uint16_t>(least >> 16),
          static_cast<uint16_t>(least & 0xFFFF)};
}

}  // namespace

bool UnpackFixedFileInfo(const uint8_t* data, size_t size, FixedFileInfo* info) {
  if (size < kSize || WordAt(data, 0) != kSignature) return false;
  info->file_version = Parts(WordAt(data, 8), WordAt(data, 12));
  info->product_version = Parts(WordAt(data, 16), WordAt(data, 20));
  info->flags = WordAt(data, 28) & WordAt(data, 24);
  info->file_type = WordAt(data, 36);
  return true;
}

}  // namespace clusrpc
