#include "file_version.h"

#include <vector>

namespace clusrpc {
namespace {

double UnixMilliseconds(const FILETIME& time) {
  constexpr uint64_t kFrom1601To1970 = 116'444'736'000'000'000;
  const uint64_t ticks = static_cast<uint64_t>(time.dwHighDateTime) << 32 | time.dwLowDateTime;
  return (static_cast<double>(ticks) - static_cast<double>(kFrom1601To1970)) / 10'000;
}

}  // namespace

Result<FileVersion> ReadFileVersion(const std::u16string& path) {
  using Answer = Result<FileVersion>;
  WIN32_FILE_ATTRIBUTE_DATA attributes{};
  if (!GetFileAttributesExW(Wide(path), GetFileExInfoStandard, &attributes)) {
    return Answer::LastError("GetFileAttributesExW");
  }
  DWORD ignored = 0;
  SetLastError(ERROR_SUCCESS);
  const DWORD size = GetFileVersionInfoSizeW(Wide(path), &ignored);
  if (size == 0) return Answer::LastError("GetFileVersionInfoSizeW");
  std::vector<uint8_t> block(size);
  if (!GetFileVersionInfoW(Wide(path), 0, size, block.data())) return Answer::LastError("GetFileVersionInfoW");
  void* fixed = nullptr;
  UINT length = 0;
  if (!VerQueryValueW(block.data(), L"\\", &fixed, &length)) return Answer::LastError("VerQueryValueW");
  Answer answer;
  if (!UnpackFixedFileInfo(static_cast<const uint8_t*>(fixed), length, &answer.value.fixed)) {
    return Answer::Failure(ERROR_RESOURCE_DATA_NOT_FOUND, "VerQueryValueW");
  }
  answer.value.size = static_cast<uint64_t>(attributes.nFileSizeHigh) << 32 | attributes.nFileSizeLow;
  answer.value.modified_ms = UnixMilliseconds(attributes.ftLastWriteTime);
  return answer;
}

}  // namespace clusrpc
