#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_PARTS_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_PARTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct zip;
struct zip_file;
struct XML_ParserStruct;

namespace strata::imports {

// The parts (XML documents) of an Office Open XML package.
class XlsxPackage {
 public:
  static absl::StatusOr<std::unique_ptr<XlsxPackage>> Open(const std::string& path);
  static absl::StatusOr<std::unique_ptr<XlsxPackage>> OpenBytes(std::string bytes);
  ~XlsxPackage();
  XlsxPackage(const XlsxPackage&) = delete;
  XlsxPackage& operator=(const XlsxPackage&) = delete;

  bool Has(const std::string& part) const;
  // Names of all files in the archive.
  std::vector<std::string> Names() const;

 private:
  friend class XlsxPart;
  XlsxPackage(zip* archive, std::string bytes) : archive_(archive), bytes_(std::move(bytes)) {}

  zip* archive_;
  const std::string bytes_;  // of the archive, unless it is a file
};

// One element of a part, without namespace prefixes.
struct XmlElement {
  absl::string_view name;
  std::vector<std::pair<absl::string_view, absl::string_view>> attributes;
  // Empty when it is not there.
  absl::string_view Attribute(absl::string_view name) const;
};

// Reads one part piece by piece.
class XlsxPart {
 public:
  // What hears of the elements in order; text may come in pieces.
  struct Handlers {
    std::function<void(const XmlElement&)> start = nullptr;
    std::function<void(absl::string_view name)> end = nullptr;
    std::function<void(absl::string_view text)> text = nullptr;
  };

  // `package` must outlive the part. DATA_LOSS when it has no such part.
  static absl::StatusOr<std::unique_ptr<XlsxPart>> Open(XlsxPackage& package,
                                                        const std::string& name, Handlers handlers);
  ~XlsxPart();
  XlsxPart(const XlsxPart&) = delete;
  XlsxPart& operator=(const XlsxPart&) = delete;

  // Parses a further piece; false when the part was read to its end. DATA_LOSS for broken XML.
  absl::StatusOr<bool> Advance();

  // Bytes of the part's XML so far.
  int64_t bytes_read() const { return bytes_read_; }

 private:
  XlsxPart(std::string name, Handlers handlers)
      : name_(std::move(name)), handlers_(std::move(handlers)) {}
  static void OnStart(void* part, const char* name, const char** attributes);
  static void OnEnd(void* part, const char* name);
  static void OnText(void* part, const char* text, int size);

  const std::string name_;
  const Handlers handlers_;
  zip_file* file_ = nullptr;
  XML_ParserStruct* parser_ = nullptr;
  int64_t bytes_read_ = 0;
};

// A whole part.
absl::Status ReadPart(XlsxPackage& package, const std::string& name, XlsxPart::Handlers handlers);

// Whether a number format shows a day or a time: "yyyy-mm-dd", "[$-409]d-mmm", "h:mm".
bool IsDateFormat(absl::string_view format_code);
// The same of the formats that have a number and no code (ECMA-376, 18.8.30).
bool IsBuiltInDateFormat(int64_t number);

// "2010-12-01" of a serial day, "2010-12-01 08:26:00" when it has a time of day. Nothing for days
// that Excel does not have. 60 of the 1900 epoch, 29 February 1900, did not exist and gives
// nothing.
std::optional<std::string> SerialToIso(double serial, bool epoch_1904);

// The number with the 15 digits that Excel shows, without exponent.
std::string ShownNumber(double number);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_PARTS_H_
