#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../parse/registry_value.h"
#include "result.h"

namespace clusrpc {

struct RegistryPath {
  HKEY root = nullptr;
  std::u16string machine;  // empty: this machine
  std::u16string key;
  REGSAM view = 0;  // 0, KEY_WOW64_32KEY or KEY_WOW64_64KEY
};

struct RegistryValue {
  std::u16string name;
  uint32_t type = 0;
  Bytes bytes;
  RegistryData data;
};

Result<std::vector<std::u16string>> RegistryKeys(const RegistryPath& path);
Result<std::vector<RegistryValue>> RegistryValues(const RegistryPath& path);

}  // namespace clusrpc
