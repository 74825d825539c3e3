// Runs the parsing parts of the addon over mutated input, under AddressSanitizer and UBSan. Says what it did on stdout;
// a wrong answer or a sanitizer report ends it with another code than 0.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "../../../native/parse/bounded_text.h"
#include "../../../native/parse/fixed_file_info.h"
#include "../../../native/parse/registry_value.h"

namespace {

using clusrpc::Bytes;
using clusrpc::TextList;

void Expect(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::exit(1);
}

Bytes Utf16(const std::u16string& text) {
  Bytes bytes;
  for (const char16_t unit : text) {
    bytes.push_back(static_cast<uint8_t>(unit & 0xFF));
    bytes.push_back(static_cast<uint8_t>(unit >> 8));
  }
  return bytes;
}

TextList Split(const std::u16string& text) {
  const Bytes bytes = Utf16(text);
  return clusrpc::SplitMultiString(bytes.data(), bytes.size());
}

void KnownAnswers() {
  using namespace std::string_literals;
  Expect(Split(u""s).empty(), "nothing is an empty list");
  Expect(Split(u"\0"s).empty() && Split(u"\0\0\0"s).empty(), "terminators alone are an empty list");
  Expect(Split(u"a\0b\0\0"s) == TextList{u"a", u"b"}, "two strings");
  Expect(Split(u"a\0\0b\0\0"s) == TextList{u"a", u"", u"b"}, "an empty string inside stays");
  Expect(Split(u"a\0b"s) == TextList{u"a", u"b"}, "a missing terminator");
  Expect(Split(u"a\0"s) == TextList{u"a"}, "a missing list terminator");

  Bytes info(52);
  const uint8_t head[] = {0xBD, 0x04, 0xEF, 0xFE, 0, 0, 1, 0, 0, 0, 5, 0, 0x06, 0x1A, 0x93, 0x08};
  std::memcpy(info.data(), head, sizeof head);
  clusrpc::FixedFileInfo fixed{};
  Expect(clusrpc::UnpackFixedFileInfo(info.data(), info.size(), &fixed), "VS_FIXEDFILEINFO is read");
  Expect(fixed.file_version == clusrpc::VersionParts{5, 0, 2195, 6662}, "5.0.2195.6662");
  Expect(!clusrpc::UnpackFixedFileInfo(info.data(), 51, &fixed), "one byte short");
}

// The bytes lie at the end of their own allocation, so that a step beyond is seen.
void Feed(const Bytes& bytes, uint32_t type) {
  const Bytes exact(bytes);
  const clusrpc::RegistryData data = clusrpc::UnpackRegistryValue(type, exact);
  if (const auto* list = std::get_if<TextList>(&data)) {
    size_t units = 0;
    for (const auto& text : *list) units += text.size() + 1;
    Expect(units <= exact.size() / 2 + 1, "no text out of nothing");
  }
  clusrpc::FixedFileInfo fixed{};
  clusrpc::UnpackFixedFileInfo(exact.data(), exact.size(), &fixed);
  if (!exact.empty()) {
    std::u16string units(exact.size() / 2, u'\0');
    std::memcpy(units.data(), exact.data(), 2 * units.size());
    Expect(clusrpc::BoundedText(units.data(), units.size()).size() <= units.size(), "bounded text");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 1000;
  std::mt19937 random(argc > 2 ? static_cast<unsigned>(std::atol(argv[2])) : 7);
  KnownAnswers();
  const Bytes seeds[] = {Utf16(std::u16string(u"5000-5099\0006000\0\0", 17)), Bytes(52), Bytes(8), Bytes()};
  for (long round = 0; round < rounds; round++) {
    Bytes bytes = seeds[random() % 4];
    const unsigned changes = random() % 8;
    for (unsigned i = 0; i < changes; i++) {
      const unsigned kind = random() % 3;
      if (kind == 0) bytes.insert(bytes.begin() + static_cast<long>(random() % (bytes.size() + 1)), random() % 3 ? 0 : 0xFF);
      if (bytes.empty()) continue;
      if (kind == 1) bytes.erase(bytes.begin() + static_cast<long>(random() % bytes.size()));
      if (kind == 2) bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    }
    Feed(bytes, random() % 13);
  }
  std::printf("%ld inputs\n", rounds);
  return 0;
}
