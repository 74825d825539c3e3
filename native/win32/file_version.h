#pragma once

#include <string>

#include "../parse/fixed_file_info.h"
#include "result.h"

namespace clusrpc {

struct FileVersion {
  FixedFileInfo fixed{};
  uint64_t size = 0;
  double modified_ms = 0;  // since 1970-01-01 UTC
};

// The version resource, size and time of a file, by local path or UNC path. A file without a version resource answers
// ERROR_RESOURCE_DATA_NOT_FOUND or ERROR_RESOURCE_TYPE_NOT_FOUND; no file answers ERROR_FILE_NOT_FOUND.
Result<FileVersion> ReadFileVersion(const std::u16string& path);

}  // namespace clusrpc
