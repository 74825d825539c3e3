#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace clusrpc {

using Bytes = std::vector<uint8_t>;
using Text = std::u16string;
using TextList = std::vector<std::u16string>;

// What a registry value says. What its type promises and its bytes do not keep (a REG_DWORD of three bytes) stays Bytes.
using RegistryData = std::variant<Bytes, Text, TextList, uint32_t, uint64_t>;

// The strings of a REG_MULTI_SZ. Only the terminator of the list is taken off: an empty string inside the list is kept,
// because it makes an RPC port configuration invalid and must be seen. An odd last byte is no character and is dropped.
TextList SplitMultiString(const uint8_t* data, size_t size);

// A REG_SZ or REG_EXPAND_SZ without its one terminator. A NUL inside the text is kept.
Text UnpackText(const uint8_t* data, size_t size);

RegistryData UnpackRegistryValue(uint32_t type, const Bytes& bytes);

}  // namespace clusrpc
