#include "client/cli/import/propose/proposal_source.h"

#include <sqlite3.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/mapping_sql.h"

namespace strata::imports {
namespace {

// Nearly all: a few odd values in a file are errors to be told, not another kind of column.
bool Most(int64_t part, int64_t all) { return all > 0 && part * 10 >= all * 9; }

bool IsName(absl::string_view key) {
  const std::string squeezed = absl::StrReplaceAll(key, {{" ", ""}});
  return absl::EndsWith(squeezed, "id") || absl::EndsWith(squeezed, "key") ||
         absl::EndsWith(squeezed, "number") || absl::EndsWith(squeezed, "code") ||
         absl::EndsWith(squeezed, "no") || absl::EndsWith(squeezed, "nr");
}

std::string Squeezed(absl::string_view name) {
  return absl::StrReplaceAll(HeaderKey(name), {{" ", ""}});
}

// Whether a column of a joined table refers to the column `key` of `table`: by its name, or as
// "customer_id" refers to "id" of "customers".
bool RefersTo(const ColumnProfile& column, const ColumnProfile& key) {
  const std::string name = Squeezed(column.name), other = Squeezed(key.name);
  if (name == other) return IsName(other) && other != "id";
  if (other != "id") return false;
  std::string table = Squeezed(key.table);
  if (absl::EndsWith(table, "s")) table.pop_back();
  return name == absl::StrCat(table, "id");
}

}  // namespace

bool Fits(const ColumnProfile& column, Role role) {
  if (column.filled == 0) return false;
  const int64_t distinct = column.distinct;
  switch (role) {
    case Role::kTime:
    case Role::kShippedTime:
    case Role::kDeliveredTime:
    case Role::kPromisedTime:
    case Role::kBirthDate:
    case Role::kCreatedTime:
    case Role::kFirstResponseTime:
    case Role::kResolvedTime:
    case Role::kStartDate:
    case Role::kEndDate:
      return Most(column.dates, distinct) || Most(column.compact_dates, distinct) ||
             (column.plain == distinct &&
              (column.serial_days() || column.epoch_seconds() || column.epoch_millis()));
    case Role::kAmount:
    case Role::kUnitPrice:
    case Role::kDiscount:
    case Role::kCost:
    case Role::kUnitCost:
    case Role::kProfit:
    case Role::kAnnualValue:
    case Role::kMonthlyValue:
      return Most(column.numbers(), distinct) && !Most(column.compact_dates, distinct);
    case Role::kQuantity:
      return Most(column.numbers(), distinct);
    case Role::kChildren:
      return column.integers == distinct && column.lowest >= 0 && column.highest <= 20;
    case Role::kCsat:
      return column.integers == distinct && column.lowest >= 1 && column.highest <= 5;
    case Role::kNps:
      return column.integers == distinct && column.lowest >= 0 && column.highest <= 10;
    case Role::kStrategic:
    case Role::kAutoRenew:
      return column.all_booleans();
    case Role::kEmail:
      return Most(column.emails, distinct);
    case Role::kTimeOfDay:
      return !column.examples.empty() &&
             std::all_of(
                 column.examples.begin(), column.examples.end(), [](const std::string& text) {
                   return text.size() >= 4 && text.size() <= 11 && absl::StrContains(text, ':');
                 });
    case Role::kCurrency:
      return column.texts == distinct && column.longest == 3;
    case Role::kGender:
      return distinct <= 20;
    case Role::kStatus:
      return distinct <= 200 && column.longest <= 128;
    case Role::kChannel:
    case Role::kProductLine:
    case Role::kPriority:
    case Role::kCategory:
      return distinct <= 5'000 && column.dates == 0;
    case Role::kCountry:
    case Role::kRegion:
    case Role::kCity:
    case Role::kIndustry:
    case Role::kAccountOwner:
    case Role::kDisplayName:
    case Role::kFirstName:
    case Role::kLastName:
      return column.texts * 2 > distinct;
    case Role::kProduct:
      return column.longest <= 128;
    case Role::kOrderId:
    case Role::kCustomerId:
    case Role::kTicketId:
    case Role::kContractId:
    case Role::kSurveyId:
      return column.dates == 0 && column.longest <= 128 && column.booleans < distinct;
  }
  return false;
}

RoleMap::RoleMap(Source& source, absl::Span<const Role> roles, const ProposalOptions& options) {
  std::vector<const SourceColumn*> taken;
  for (const auto& [role, name] : options.columns) {
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) continue;
    for (SourceColumn& column : source.columns) {
      if (!name.empty() && absl::EqualsIgnoreCase(column.profile->name, name) && !Has(role)) {
        roles_[role] = &column;
        taken.push_back(&column);
      }
    }
  }
  struct Claim {
    int score;
    size_t column;
    Role role;
  };
  std::vector<Claim> claims;
  for (size_t i = 0; i < source.columns.size(); ++i) {
    for (const Role role : roles) {
      if (options.columns.count(role) > 0) continue;
      const int score = NameScore(source.columns[i].profile->name, role);
      if (score > 0 && Fits(*source.columns[i].profile, role)) claims.push_back({score, i, role});
    }
  }
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Claim& a, const Claim& b) { return a.score > b.score; });
  for (const Claim& claim : claims) {
    SourceColumn* column = &source.columns[claim.column];
    if (Has(claim.role) || std::find(taken.begin(), taken.end(), column) != taken.end()) continue;
    roles_[claim.role] = column;
    taken.push_back(column);
  }
  // Beside the number of a customer, "Customer" is what it is called.
  if (!Has(Role::kCustomerId) || Has(Role::kDisplayName) || Has(Role::kLastName) ||
      options.columns.count(Role::kDisplayName) > 0 ||
      std::find(roles.begin(), roles.end(), Role::kDisplayName) == roles.end()) {
    return;
  }
  for (SourceColumn& column : source.columns) {
    const std::string& name = column.profile->name;
    if (Has(Role::kDisplayName) || NameScore(name, Role::kCustomerId) == 0 ||
        IsName(HeaderKey(name)) || !Fits(*column.profile, Role::kDisplayName) ||
        std::find(taken.begin(), taken.end(), &column) != taken.end()) {
      continue;
    }
    roles_[Role::kDisplayName] = &column;
  }
}

SourceColumn* RoleMap::Find(Role role) const {
  const auto found = roles_.find(role);
  return found == roles_.end() ? nullptr : found->second;
}

absl::StatusOr<int64_t> QueryCount(StagingDatabase& staging, const std::string& query) {
  int date_calls = 0;
  const std::string sql = RewriteStatement(query, &date_calls);
  sqlite3_stmt* select = nullptr;
  const absl::Cleanup finalize = [&select] { sqlite3_finalize(select); };
  if (sqlite3_prepare_v2(staging.handle(), sql.c_str(), -1, &select, nullptr) != SQLITE_OK ||
      sqlite3_step(select) != SQLITE_ROW) {
    return absl::InternalError(absl::StrCat(sqlite3_errmsg(staging.handle()), " in ", sql));
  }
  return sqlite3_column_int64(select, 0);
}

absl::StatusOr<std::string> QueryText(StagingDatabase& staging, const std::string& query) {
  int date_calls = 0;
  const std::string sql = RewriteStatement(query, &date_calls);
  sqlite3_stmt* select = nullptr;
  const absl::Cleanup finalize = [&select] { sqlite3_finalize(select); };
  if (sqlite3_prepare_v2(staging.handle(), sql.c_str(), -1, &select, nullptr) != SQLITE_OK) {
    return absl::InternalError(absl::StrCat(sqlite3_errmsg(staging.handle()), " in ", sql));
  }
  if (sqlite3_step(select) != SQLITE_ROW) return std::string();
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, 0));
  return std::string(text == nullptr ? "" : text);
}

absl::StatusOr<Source> JoinTables(StagingDatabase& staging,
                                  const std::map<std::string, std::vector<ColumnProfile>>& profiles,
                                  const std::string& first, std::vector<std::string>* joined) {
  struct Part {
    const std::string* table;
    std::string alias;
  };
  std::vector<Part> parts = {{&profiles.find(first)->first, "t1"}};
  std::string from = absl::StrCat(QuoteName(first), " AS t1");
  for (bool more = true; more;) {
    more = false;
    for (const auto& [table, columns] : profiles) {
      if (std::any_of(parts.begin(), parts.end(),
                      [&table = table](const Part& part) { return *part.table == table; })) {
        continue;
      }
      for (const ColumnProfile& key : columns) {
        if (!key.unique() || more) continue;
        for (const Part& part : parts) {
          const std::vector<ColumnProfile>& others = profiles.at(*part.table);
          const auto reference =
              std::find_if(others.begin(), others.end(),
                           [&](const ColumnProfile& column) { return RefersTo(column, key); });
          if (reference == others.end()) continue;
          const std::string here = absl::StrCat(part.alias, ".", QuoteName(reference->name));
          // Ids of one name that never meet are of different things.
          STRATA_ASSIGN_OR_RETURN(
              const int64_t meet,
              QueryCount(staging,
                         absl::StrCat("SELECT count(*) FROM ", QuoteName(*part.table), " AS ",
                                      part.alias, " WHERE ", here, " IN (SELECT ",
                                      QuoteName(key.name), " FROM ", QuoteName(table), ")")));
          if (meet * 2 < reference->filled) continue;
          const std::string alias = absl::StrCat("t", parts.size() + 1);
          absl::StrAppend(&from, "\nLEFT JOIN ", QuoteName(table), " AS ", alias, " ON ", alias,
                          ".", QuoteName(key.name), " = ", here);
          parts.push_back({&table, alias});
          more = true;
          break;
        }
      }
      if (more) break;
    }
  }
  Source source;
  const bool alone = parts.size() == 1;
  source.from = alone ? QuoteName(first) : from;
  source.file = alone ? "_file" : "t1._file";
  source.line = alone ? "_line" : "t1._line";
  for (const Part& part : parts) {
    joined->push_back(*part.table);
    for (const ColumnProfile& column : profiles.at(*part.table)) {
      const std::string name = QuoteName(column.name);
      source.columns.push_back({&column, alone ? name : absl::StrCat(part.alias, ".", name)});
    }
  }
  return source;
}

}  // namespace strata::imports
