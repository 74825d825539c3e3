#include "registry.h"

#include <algorithm>

namespace clusrpc {
namespace {

// Another program may write a longer value between two calls, but not for ever.
constexpr int kMostAttempts = 16;

class Key {
 public:
  Key() = default;
  ~Key() {
    if (key_ != nullptr) RegCloseKey(key_);
    if (remote_ != nullptr) RegCloseKey(remote_);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  // Answers ERROR_SUCCESS, or the error with the call in `syscall`.
  LSTATUS Open(const RegistryPath& path, const char** syscall) {
    HKEY root = path.root;
    if (!path.machine.empty()) {
      *syscall = "RegConnectRegistryW";
      const LSTATUS error = RegConnectRegistryW(Wide(path.machine), path.root, &remote_);
      if (error != ERROR_SUCCESS) return error;
      root = remote_;
    }
    *syscall = "RegOpenKeyExW";
    return RegOpenKeyExW(root, Wide(path.key), 0, KEY_READ | path.view, &key_);
  }
  HKEY get() const { return key_; }

 private:
  HKEY key_ = nullptr;
  HKEY remote_ = nullptr;
};

}  // namespace

Result<std::vector<std::u16string>> RegistryKeys(const RegistryPath& path) {
  using Answer = Result<std::vector<std::u16string>>;
  Key key;
  const char* syscall = "";
  const LSTATUS opened = key.Open(path, &syscall);
  if (opened != ERROR_SUCCESS) return Answer::Failure(opened, syscall);
  Answer answer;
  std::vector<wchar_t> name(256);
  int attempts = 0;
  for (DWORD index = 0;;) {
    DWORD length = static_cast<DWORD>(name.size());
    const LSTATUS error = RegEnumKeyExW(key.get(), index, name.data(), &length, nullptr, nullptr, nullptr, nullptr);
    if (error == ERROR_NO_MORE_ITEMS) return answer;
    if (error == ERROR_MORE_DATA && ++attempts < kMostAttempts) {
      name.resize(2 * name.size());
      continue;
    }
    if (error != ERROR_SUCCESS) return Answer::Failure(error, "RegEnumKeyExW");
    answer.value.emplace_back(name.data(), name.data() + std::min<size_t>(length, name.size()));
    attempts = 0;
    index++;
  }
}

Result<std::vector<RegistryValue>> RegistryValues(const RegistryPath& path) {
  using Answer = Result<std::vector<RegistryValue>>;
  Key key;
  const char* syscall = "";
  const LSTATUS opened = key.Open(path, &syscall);
  if (opened != ERROR_SUCCESS) return Answer::Failure(opened, syscall);
  Answer answer;
  std::vector<wchar_t> name(256);
  Bytes bytes(256);
  int attempts = 0;
  for (DWORD index = 0;;) {
    DWORD length = static_cast<DWORD>(name.size());
    DWORD size = static_cast<DWORD>(bytes.size());
    DWORD type = 0;
    const LSTATUS error = RegEnumValueW(key.get(), index, name.data(), &length, nullptr, &type, bytes.data(), &size);
    if (error == ERROR_NO_MORE_ITEMS) return answer;
    if (error == ERROR_MORE_DATA && ++attempts < kMostAttempts) {
      // The call does not say which of the two was short; a value name has at most 16 383 characters.
      name.resize(std::min<size_t>(2 * name.size(), 16'384));
      bytes.resize(std::max<size_t>(size, bytes.size()));
      continue;
    }
    if (error != ERROR_SUCCESS) return Answer::Failure(error, "RegEnumValueW");
    const Bytes used(bytes.begin(), bytes.begin() + std::min<size_t>(size, bytes.size()));
    answer.value.push_back({std::u16string(name.data(), name.data() + std::min<size_t>(length, name.size())), type, used,
                            UnpackRegistryValue(type, used)});
    attempts = 0;
    index++;
  }
}

}  // namespace clusrpc
