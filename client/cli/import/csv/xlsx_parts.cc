#include "client/cli/import/csv/xlsx_parts.h"

#include <expat.h>
#include <zip.h>

#include <algorithm>
#include <cmath>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "client/cli/base/status_macros.h"

namespace strata::imports {
namespace {

constexpr int kPiece = 1 << 16;
constexpr int64_t kMillisADay = 86'400'000;

absl::string_view WithoutPrefix(absl::string_view name) {
  const size_t colon = name.find(':');
  return colon == absl::string_view::npos ? name : name.substr(colon + 1);
}

absl::Status CannotOpen(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("looks like an Excel workbook (.xlsx) or a zip archive, but cannot be opened (",
                   why, "); save the sheet as \"CSV UTF-8\", or unpack the archive first"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<XlsxPackage>> XlsxPackage::Open(const std::string& path) {
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    const std::string why = zip_error_strerror(&details);
    zip_error_fini(&details);
    return CannotOpen(why);
  }
  return absl::WrapUnique(new XlsxPackage(archive, ""));
}

absl::StatusOr<std::unique_ptr<XlsxPackage>> XlsxPackage::OpenBytes(std::string bytes) {
  auto package = absl::WrapUnique(new XlsxPackage(nullptr, std::move(bytes)));
  zip_error_t details;
  zip_error_init(&details);
  zip_source_t* source = zip_source_buffer_create(package->bytes_.data(), package->bytes_.size(),
                                                  /*freep=*/0, &details);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &details);
  const std::string why = zip_error_strerror(&details);
  zip_error_fini(&details);
  if (archive == nullptr) {
    if (source != nullptr) zip_source_free(source);
    return CannotOpen(why);
  }
  package->archive_ = archive;
  return package;
}

XlsxPackage::~XlsxPackage() {
  if (archive_ != nullptr) zip_discard(archive_);
}

bool XlsxPackage::Has(const std::string& part) const {
  return zip_name_locate(archive_, part.c_str(), ZIP_FL_NOCASE) >= 0;
}

std::vector<std::string> XlsxPackage::Names() const {
  std::vector<std::string> names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_, 0); ++i) {
    const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

absl::string_view XmlElement::Attribute(absl::string_view wanted) const {
  for (const auto& [attribute, value] : attributes) {
    if (attribute == wanted) return value;
  }
  return "";
}

absl::StatusOr<std::unique_ptr<XlsxPart>> XlsxPart::Open(XlsxPackage& package,
                                                         const std::string& name,
                                                         Handlers handlers) {
  auto part = absl::WrapUnique(new XlsxPart(name, std::move(handlers)));
  const zip_int64_t index = zip_name_locate(package.archive_, name.c_str(), ZIP_FL_NOCASE);
  if (index >= 0) {
    part->file_ = zip_fopen_index(package.archive_, static_cast<zip_uint64_t>(index), 0);
  }
  if (part->file_ == nullptr) {
    return absl::DataLossError(absl::StrCat("is a damaged workbook: ", name, " is missing"));
  }
  part->parser_ = XML_ParserCreate(nullptr);
  if (part->parser_ == nullptr) return absl::ResourceExhaustedError("no memory to read XML");
  XML_SetUserData(part->parser_, part.get());
  XML_SetElementHandler(part->parser_, OnStart, OnEnd);
  XML_SetCharacterDataHandler(part->parser_, OnText);
  return part;
}

XlsxPart::~XlsxPart() {
  if (parser_ != nullptr) XML_ParserFree(parser_);
  if (file_ != nullptr) zip_fclose(file_);
}

void XlsxPart::OnStart(void* part, const char* name, const char** attributes) {
  XmlElement element{.name = WithoutPrefix(name), .attributes = {}};
  for (; *attributes != nullptr; attributes += 2) {
    element.attributes.emplace_back(WithoutPrefix(attributes[0]), attributes[1]);
  }
  static_cast<XlsxPart*>(part)->handlers_.start(element);
}

void XlsxPart::OnEnd(void* part, const char* name) {
  const auto& end = static_cast<XlsxPart*>(part)->handlers_.end;
  if (end) end(WithoutPrefix(name));
}

void XlsxPart::OnText(void* part, const char* text, int size) {
  const auto& on_text = static_cast<XlsxPart*>(part)->handlers_.text;
  if (on_text) on_text(absl::string_view(text, static_cast<size_t>(size)));
}

absl::StatusOr<bool> XlsxPart::Advance() {
  void* buffer = XML_GetBuffer(parser_, kPiece);
  if (buffer == nullptr) return absl::ResourceExhaustedError("no memory to read XML");
  const zip_int64_t size = zip_fread(file_, buffer, kPiece);
  if (size < 0) {
    return absl::DataLossError(
        absl::StrCat("is a damaged workbook: ", name_, ": ", zip_file_strerror(file_)));
  }
  bytes_read_ += size;
  if (XML_ParseBuffer(parser_, static_cast<int>(size), size == 0) != XML_STATUS_OK) {
    return absl::DataLossError(absl::StrCat("is a damaged workbook: ", name_, ": line ",
                                            XML_GetCurrentLineNumber(parser_), ": ",
                                            XML_ErrorString(XML_GetErrorCode(parser_))));
  }
  return size > 0;
}

absl::Status ReadPart(XlsxPackage& package, const std::string& name, XlsxPart::Handlers handlers) {
  STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<XlsxPart> part,
                          XlsxPart::Open(package, name, std::move(handlers)));
  while (true) {
    STRATA_ASSIGN_OR_RETURN(const bool more, part->Advance());
    if (!more) return absl::OkStatus();
  }
}

bool IsDateFormat(absl::string_view format_code) {
  if (absl::EqualsIgnoreCase(format_code, "General")) return false;
  for (size_t i = 0; i < format_code.size() && format_code[i] != ';'; ++i) {
    switch (absl::ascii_tolower(static_cast<unsigned char>(format_code[i]))) {
      case '\\':
      case '_':
      case '*':  // the next sign stands for itself, its width, or fills
        ++i;
        break;
      case '"':
        i = std::min(format_code.find('"', i + 1), format_code.size());
        break;
      case '[': {
        // [h], [mm] and [ss] count time; [Red], [>100] and [$-409] do not.
        const size_t close = std::min(format_code.find(']', i), format_code.size());
        const absl::string_view inside = format_code.substr(i + 1, close - i - 1);
        if (!inside.empty() && inside.find_first_not_of("hHmMsS") == absl::string_view::npos) {
          return true;
        }
        i = close;
        break;
      }
      case 'y':
      case 'd':
      case 'm':
      case 'h':
      case 's':
        return true;
      default:
        break;
    }
  }
  return false;
}

bool IsBuiltInDateFormat(int64_t number) {
  return (number >= 14 && number <= 22) || (number >= 27 && number <= 36) ||
         (number >= 45 && number <= 47) || (number >= 50 && number <= 58);
}

std::optional<std::string> SerialToIso(double serial, bool epoch_1904) {
  constexpr double kLastDay = 2'958'465;  // 9999-12-31 of the 1900 epoch
  if (!(serial >= 0) || serial >= kLastDay + 1) return std::nullopt;
  // What Excel keeps is not finer than a millisecond.
  const int64_t millis = std::llround(serial * static_cast<double>(kMillisADay));
  const int64_t day = millis / kMillisADay;
  const int64_t time = millis % kMillisADay;
  absl::CivilDay date;
  if (epoch_1904) {
    date = absl::CivilDay(1904, 1, 1) + day;
  } else {
    if (day == 60) return std::nullopt;
    // Day 1 is 1900-01-01; behind the day that did not exist all are one too high.
    date = absl::CivilDay(1899, 12, day < 60 ? 31 : 30) + day;
  }
  if (date.year() > 9999) return std::nullopt;
  std::string iso = absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
  if (time == 0) return iso;
  absl::StrAppendFormat(&iso, " %02d:%02d:%02d", time / 3'600'000, time / 60'000 % 60,
                        time / 1000 % 60);
  if (time % 1000 != 0) absl::StrAppendFormat(&iso, ".%03d", time % 1000);
  return iso;
}

std::string ShownNumber(double number) {
  std::string text = absl::StrFormat("%.15g", number);
  if (!absl::StrContains(text, 'e')) return text == "-0" ? "0" : text;
  if (std::fabs(number) >= 1e15) return absl::StrFormat("%.0f", number);
  // 15 digits behind the leading zeros; what is left of them ends in zeros that say nothing.
  const int places = 14 - static_cast<int>(std::floor(std::log10(std::fabs(number))));
  text = absl::StrFormat("%.*f", places, number);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace strata::imports
