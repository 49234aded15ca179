#include "client/cli/import/propose/proposal_remarks.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/mapping_sql.h"
#include "server/domain/settings.h"

namespace strata::imports {
namespace {

// Parts of English words ("wc-cancelled", "Closed Lost", "Shipped - Returned to Seller"), and whole
// words, as lower() of SQLite leaves them.
constexpr absl::string_view kNoSaleParts[] = {"cancel", "refund", "return", "failed", "lost"};
constexpr absl::string_view kNoSale[] = {
    "storniert",   "annulliert",   "abgebrochen", "erstattet", "retourniert", "widerrufen",
    "annulé",      "annulée",      "annule",      "annulee",   "remboursé",   "remboursée",
    "cancelado",   "cancelada",    "anulado",     "anulada",   "reembolsado", "reembolsada",
    "devuelto",    "devolvido",    "annullato",   "annullata", "rimborsato",  "rimborsata",
    "geannuleerd", "terugbetaald", "denied",      "rejected",  "reversed",    "chargeback"};

std::string Named(const SourceColumn& column) {
  return absl::StrCat("\"", Shortened(column.profile->name, 40), "\"");
}

}  // namespace

absl::Status TellOrdersWithoutLines(StagingDatabase& staging, const Source& source,
                                    const SourceColumn& id, const std::string& orders,
                                    std::vector<std::string>* notes) {
  const std::string& lines = source.columns.front().profile->table;
  if (orders == lines || id.profile->table != lines) return absl::OkStatus();
  const SourceColumn* key = nullptr;
  for (const SourceColumn& column : source.columns) {
    if (column.profile->table != orders) continue;
    const std::string name = HeaderKey(column.profile->name);
    if (name == HeaderKey(id.profile->name) || (key == nullptr && name == "id")) key = &column;
  }
  if (key == nullptr) return absl::OkStatus();
  const std::string name = QuoteName(id.profile->name);
  STRATA_ASSIGN_OR_RETURN(
      const int64_t missing,
      QueryCount(staging,
                 absl::StrCat("SELECT count(*) FROM ", QuoteName(orders), " WHERE ",
                              QuoteName(key->profile->name), " NOT IN (SELECT ", name, " FROM ",
                              QuoteName(lines), " WHERE ", name, " IS NOT NULL)")));
  if (missing > 0) {
    notes->push_back(absl::StrCat(FormatInteger(missing), missing == 1 ? " order" : " orders",
                                  " of ", Shortened(orders, 40), missing == 1 ? " has" : " have",
                                  " no line in ", Shortened(lines, 40),
                                  missing == 1 ? " and is" : " and are", " left out"));
  }
  return absl::OkStatus();
}

absl::Status TellStatuses(StagingDatabase& staging, const SourceColumn& status,
                          const ValueReader& values, const std::string& rows,
                          std::vector<std::string>* notes) {
  const std::string text = values.Text(status);
  const std::string words = absl::StrJoin(
      kNoSale, ", ", [](std::string* out, auto word) { absl::StrAppend(out, SqlText(word)); });
  const std::string parts = absl::StrJoin(kNoSaleParts, " OR ", [](std::string* out, auto part) {
    absl::StrAppend(out, "s LIKE '%", part, "%'");
  });
  const std::vector<std::string> excluded = WorkspaceSettings().excluded_statuses;
  const std::string known = absl::StrJoin(excluded, ", ", [](std::string* out, const auto& word) {
    absl::StrAppend(out, SqlText(word));
  });
  STRATA_ASSIGN_OR_RETURN(
      const std::string found,
      QueryText(staging, absl::StrCat("SELECT group_concat(s) FROM (SELECT DISTINCT lower(", text,
                                      ") AS s", rows, ") WHERE s NOT IN (", known,
                                      ") AND s NOT LIKE '%partial%' AND (s IN (", words, ") OR ",
                                      parts, ")")));
  if (found.empty()) return absl::OkStatus();
  notes->push_back(absl::StrCat(
      Named(status), ": orders that are ", Shortened(found, 80),
      " count as revenue by default; afterwards strata -w NAME workspace update --excluded-status ",
      ShellWord(absl::StrCat(absl::StrJoin(excluded, ","), ",", found)), " leaves them out, too"));
  return absl::OkStatus();
}

absl::Status TellReductions(StagingDatabase& staging, const Source& source,
                            const ValueReader& values, const std::string& rows, bool discounts,
                            std::vector<std::string>* notes) {
  std::vector<std::string> names;
  for (const SourceColumn& column : source.columns) {
    const ColumnProfile& profile = *column.profile;
    if (column.used || !profile.all_numbers()) continue;
    const std::string key = HeaderKey(profile.name);
    if (!absl::StrContains(key, "refund") && !(discounts && absl::StrContains(key, "discount"))) {
      continue;
    }
    STRATA_ASSIGN_OR_RETURN(
        const int64_t filled,
        QueryCount(staging, absl::StrCat("SELECT count(*)", rows, " AND ", values.Text(column),
                                         " GLOB '*[1-9]*'")));
    if (filled == 0) continue;
    names.push_back(
        absl::StrCat(Named(column), " (", FormatInteger(filled), filled == 1 ? " row)" : " rows)"));
  }
  if (!names.empty()) {
    notes->push_back(absl::StrCat("not taken off the amounts: ", absl::StrJoin(names, ", "),
                                  "; write it into the mapping if it lowers them"));
  }
  return absl::OkStatus();
}

}  // namespace strata::imports
