#include "client/cli/import/mapping/row_identity.h"

#include <sqlite3.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/content_hash.h"

namespace strata::imports {
namespace {

constexpr absl::string_view kPrefix = "row-";
constexpr size_t kDigits = 24;

absl::string_view ColumnText(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  if (text == nullptr) return "";
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

absl::Status RowIdentity::Read() {
  if (read_) return absl::OkStatus();
  rows_.resize(staging_.files().size());
  files_.resize(staging_.files().size());
  for (const StagingDatabase::Table& table : staging_.tables()) {
    STRATA_RETURN_IF_ERROR(ReadTable(table.name));
  }
  read_ = true;
  return absl::OkStatus();
}

absl::Status RowIdentity::ReadTable(const std::string& table) {
  sqlite3_stmt* rows = nullptr;
  const std::string sql = absl::StrCat("SELECT * FROM main.", QuoteName(table));
  if (sqlite3_prepare_v2(staging_.handle(), sql.c_str(), -1, &rows, nullptr) != SQLITE_OK) {
    return absl::InternalError(sqlite3_errmsg(staging_.handle()));
  }
  const absl::Cleanup finalize = [rows] { sqlite3_finalize(rows); };
  const int cells = sqlite3_column_count(rows) - 2;  // _file and _line stand last
  absl::flat_hash_map<uint64_t, uint32_t> uses;
  std::string file_name;
  int32_t file = -1;
  int step;
  while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
    if (file < 0 || ColumnText(rows, cells) != file_name) {
      file_name = std::string(ColumnText(rows, cells));
      file = staging_.FileIndex(file_name);
      if (file < 0) return absl::InternalError(absl::StrCat("a row of no file: ", file_name));
    }
    ContentHash hash;
    for (int i = 0; i < cells; ++i) hash.Add(ColumnText(rows, i));
    hash.Add(absl::StrCat(++uses[hash.Mixed()]));
    const auto line = static_cast<size_t>(sqlite3_column_int64(rows, cells + 1));
    std::vector<Bits>& lines = rows_[static_cast<size_t>(file)];
    if (lines.size() <= line) lines.resize(line + 1);
    lines[line] = {hash.high(), static_cast<uint32_t>(hash.Mixed())};
    uint64_t& of_file = files_[static_cast<size_t>(file)];
    of_file = of_file * 31 + hash.Mixed();
  }
  return step == SQLITE_DONE ? absl::OkStatus()
                             : absl::InternalError(sqlite3_errmsg(staging_.handle()));
}

std::string RowIdentity::IdOf(Origin origin) const {
  if (origin.file < 0 || static_cast<size_t>(origin.file) >= rows_.size()) return "";
  const std::vector<Bits>& lines = rows_[static_cast<size_t>(origin.file)];
  if (origin.line < 0 || static_cast<size_t>(origin.line) >= lines.size()) return "";
  Bits bits = lines[static_cast<size_t>(origin.line)];
  if (known_ == KnownRows::kNew) {
    ContentHash hash;
    for (const uint64_t part : {bits.high, uint64_t{bits.low}, files_[origin.file]}) {
      hash.Add(absl::StrCat(part));
    }
    bits = {hash.high(), static_cast<uint32_t>(hash.Mixed())};
  }
  return absl::StrCat(kPrefix, absl::Hex(bits.high, absl::kZeroPad16),
                      absl::Hex(bits.low, absl::kZeroPad8));
}

bool IsMadeUpId(absl::string_view id) {
  return absl::ConsumePrefix(&id, kPrefix) && id.size() == kDigits &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

}  // namespace strata::imports
