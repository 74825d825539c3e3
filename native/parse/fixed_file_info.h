#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace clusrpc {

// Four parts, most significant first: 5.0.2195.6662.
using VersionParts = std::array<uint16_t, 4>;

struct FixedFileInfo {
  VersionParts file_version;
  VersionParts product_version;
  uint32_t flags;
  uint32_t file_type;
};

// Reads VS_FIXEDFILEINFO (13 little-endian words). False when the block is shorter than that or has another signature.
bool UnpackFixedFileInfo(const uint8_t* data, size_t size, FixedFileInfo* info);

}  // namespace clusrpc
