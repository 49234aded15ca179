#include "client/cli/import/propose/proposal_customers.h"

#include <algorithm>
#include <initializer_list>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/propose/order_roles.h"

namespace strata::imports {
namespace {

constexpr size_t kMostAttributes = 32;  // of a customer
constexpr size_t kLongestKey = 63;      // of an attribute
constexpr int64_t kMostGroups = 200;    // different texts that an attribute may have
constexpr size_t kLongestText = 512;

constexpr Role kTableRoles[] = {Role::kCustomerId,   Role::kDisplayName, Role::kFirstName,
                                Role::kLastName,     Role::kEmail,       Role::kBirthDate,
                                Role::kGender,       Role::kChildren,    Role::kCountry,
                                Role::kRegion,       Role::kCity,        Role::kIndustry,
                                Role::kAccountOwner, Role::kStrategic,   Role::kCreatedTime};

struct CustomerField {
  Role role;
  absl::string_view field;
  bool time;
};
constexpr CustomerField kFields[] = {{Role::kDisplayName, "display_name", false},
                                     {Role::kBirthDate, "birth_date", true},
                                     {Role::kGender, "gender", false},
                                     {Role::kChildren, "children", false},
                                     {Role::kCountry, "country", false},
                                     {Role::kRegion, "region", false},
                                     {Role::kCity, "city", false},
                                     {Role::kIndustry, "industry", false},
                                     {Role::kAccountOwner, "account_owner", false},
                                     {Role::kStrategic, "strategic", false},
                                     {Role::kCreatedTime, "created_time", true}};

// Header keys of what is a customer's where each customer comes once and nothing else can tell.
constexpr absl::string_view kOfCustomers[] = {
    "age",     "segment",        "customer segment", "customer type",  "membership",
    "loyalty", "marital status", "education",        "income",         "occupation",
    "plan",    "tier",           "age group",        "loyalty status", "subscription status"};

bool IsOfCustomers(absl::string_view key) {
  return std::find(std::begin(kOfCustomers), std::end(kOfCustomers), key) != std::end(kOfCustomers);
}

std::string Named(const SourceColumn& column) {
  return absl::StrCat("\"", Shortened(column.profile->name, 40), "\"");
}

std::string AttributeKey(absl::string_view name, absl::flat_hash_set<std::string>* taken) {
  std::string key;
  bool behind_lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) {
      // "MonthlyCharges" reads better as monthly_charges.
      if (absl::ascii_isupper(byte) && behind_lower) key.push_back('_');
      key.push_back(absl::ascii_tolower(byte));
    } else if (!key.empty() && key.back() != '_') {
      key.push_back('_');
    }
    behind_lower = absl::ascii_islower(byte);
  }
  while (!key.empty() && key.back() == '_') key.pop_back();
  if (key.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(key.front()))) {
    key = absl::StrCat("a_", key);
  }
  key = key.substr(0, kLongestKey - 3);
  const std::string base = key;
  for (int n = 2; !taken->insert(key).second; ++n) key = absl::StrCat(base, "_", n);
  return key;
}

// Columns of one statement about customers.
class CustomerColumns {
 public:
  CustomerColumns(ValueReader& values, RoleMap& roles) : values_(values), roles_(roles) {}

  void AddField(const CustomerField& field, SourceColumn& column) {
    column.used = true;
    columns_.push_back(absl::StrCat(
        field.time ? values_.Time(column, nullptr) : values_.Text(column), " AS ", field.field));
  }

  // First and last name where there is no whole one.
  void AddJoinedName() {
    SourceColumn* first = roles_.Find(Role::kFirstName);
    SourceColumn* last = roles_.Find(Role::kLastName);
    if (roles_.Has(Role::kDisplayName) || first == nullptr || last == nullptr) return;
    first->used = last->used = true;
    columns_.push_back(absl::StrCat("trim(coalesce(", values_.Text(*first),
                                    ", '') || ' ' || coalesce(", values_.Text(*last),
                                    ", '')) AS display_name"));
  }

  void AddAttribute(SourceColumn& column) {
    const ColumnProfile& profile = *column.profile;
    column.used = true;
    const bool number = profile.all_numbers() && profile.leading_zeros == 0;
    const char* type = number ? "number" : profile.all_booleans() ? "boolean" : "text";
    const std::string value = number                ? values_.Number(column, false)
                              : profile.all_dates() ? values_.Time(column, nullptr)
                                                    : values_.Text(column);
    columns_.push_back(absl::StrCat(
        value, " AS ",
        QuoteName(absl::StrCat("attribute_", AttributeKey(profile.name, &keys_), ":", type))));
    ++attributes_;
  }

  size_t attributes() const { return attributes_; }
  std::vector<std::string>& columns() { return columns_; }

 private:
  ValueReader& values_;
  RoleMap& roles_;
  std::vector<std::string> columns_;
  absl::flat_hash_set<std::string> keys_;
  size_t attributes_ = 0;
};

// "Customer ID", "Account No": the name of a key.
bool NamesAKey(absl::string_view key) {
  return absl::EndsWith(key, "id") || absl::EndsWith(key, "number") ||
         absl::EndsWith(key, "code") || absl::EndsWith(key, "key");
}

// Running numbers, telephone numbers and the like: they say nothing of a customer. Others that are
// different for each may be a balance or an income.
bool IsNumbering(const ColumnProfile& column) {
  if (!column.unique() || column.integers != column.distinct || column.rows <= 20) return false;
  constexpr double kLong = 1e6, kDense = 1.25;
  return NamesAKey(HeaderKey(column.name)) || column.lowest >= kLong ||
         column.highest - column.lowest < static_cast<double>(column.rows) * kDense;
}

// What can be an attribute: numbers, dates, truth values, and texts that several customers share.
bool CanBeAttribute(const ColumnProfile& column) {
  if (column.filled == 0 || column.emails * 2 > column.distinct) return false;
  const std::string key = HeaderKey(column.name);
  const auto named = [&key](std::initializer_list<absl::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&key](absl::string_view word) { return absl::StrContains(key, word); });
  };
  if (named({"zip", "postal", "postcode"})) return false;
  if (column.all_numbers() && column.leading_zeros == 0) return !IsNumbering(column);
  if (column.all_dates() || column.all_booleans()) return true;
  // Where and whom to reach is nothing to group by.
  if (column.distinct > 20 &&
      named({"phone", "fax", "address", "street", "url", "website", "contactname", "contact name",
             "firstname", "first name", "lastname", "last name"})) {
    return false;
  }
  return column.distinct <= kMostGroups && column.longest <= kLongestText &&
         (column.distinct * 2 <= column.filled || column.distinct <= 20);
}

}  // namespace

absl::StatusOr<CustomerProposal> ProposeCustomersOf(StagingDatabase& staging, Source& source,
                                                    const OrderProposal& orders,
                                                    ValueReader& values,
                                                    const ProposalOptions& options) {
  CustomerProposal proposal;
  RoleMap roles = RolesOfOrders(source, options);
  const std::string from = absl::StrCat(" FROM ", source.from, orders.condition);
  const auto count = [&](const std::string& having) {
    return QueryCount(staging, absl::StrCat("SELECT count(*) FROM (SELECT 1", from, " GROUP BY ",
                                            orders.customer, " HAVING ", having, ")"));
  };
  STRATA_ASSIGN_OR_RETURN(const int64_t repeated, count("count(*) > 1"));
  const auto differing = [&](const SourceColumn& column) {
    return count(absl::StrCat("count(DISTINCT ", values.Text(column), ") > 1"));
  };

  CustomerColumns columns(values, roles);
  columns.AddJoinedName();
  for (const CustomerField& field : kFields) {
    SourceColumn* column = roles.Find(field.role);
    // What is an order's already is no customer's; but a name may be the id.
    if (column == nullptr || (column->used && field.role != Role::kDisplayName)) continue;
    STRATA_ASSIGN_OR_RETURN(const int64_t changing, differing(*column));
    if (changing * 2 > repeated) {
      proposal.notes.push_back(absl::StrCat(
          Named(*column), " changes from order to order, so it is not taken as the customer's ",
          field.field));
      continue;
    }
    if (changing > 0) {
      STRATA_ASSIGN_OR_RETURN(
          const std::string example,
          QueryText(staging, absl::StrCat("SELECT ", orders.customer, from, " GROUP BY ",
                                          orders.customer, " HAVING count(DISTINCT ",
                                          values.Text(*column), ") > 1 ORDER BY 1 LIMIT 1")));
      proposal.notes.push_back(
          absl::StrCat(FormatInteger(changing), changing == 1 ? " customer has" : " customers have",
                       " different values in ", Named(*column), " (first: ", Shortened(example, 40),
                       "); the latest order's counts"));
    }
    columns.AddField(field, *column);
  }
  for (SourceColumn& column : source.columns) {
    const ColumnProfile& profile = *column.profile;
    if (column.used || columns.attributes() >= kMostAttributes || profile.distinct < 2 ||
        profile.all_dates() || !CanBeAttribute(profile)) {
      continue;
    }
    const std::string key = HeaderKey(profile.name);
    const bool named =
        absl::StartsWith(key, "customer ") ||
        std::find(std::begin(kOfCustomers), std::end(kOfCustomers), key) != std::end(kOfCustomers);
    constexpr int64_t kEnough = 5;  // customers that could have shown that it changes
    if (!named && repeated < kEnough) continue;
    STRATA_ASSIGN_OR_RETURN(const int64_t changing, differing(column));
    if (changing == 0) columns.AddAttribute(column);
  }
  if (columns.columns().empty()) return proposal;
  columns.columns().insert(columns.columns().begin(), absl::StrCat(orders.customer, " AS id"));
  columns.columns().push_back(absl::StrCat(source.file, ", ", source.line));
  columns.columns().push_back(absl::StrCat("max(", orders.time, ") AS _latest"));
  proposal.sql = absl::StrCat(
      "-- Each customer as in the latest order (SQLite takes the other columns from the row of the "
      "maximum).\n-- record: customer\nSELECT ",
      absl::StrJoin(columns.columns(), ",\n       "), "\nFROM ", source.from, orders.condition,
      "\nGROUP BY 1;\n");
  return proposal;
}

absl::StatusOr<CustomerProposal> ProposeCustomerTable(Source& source, const std::string& table,
                                                      const std::string& known_id,
                                                      ValueReader& values,
                                                      const ProposalOptions& options) {
  CustomerProposal proposal;
  RoleMap roles(source, kTableRoles, options);
  SourceColumn* id = nullptr;
  for (SourceColumn& column : source.columns) {
    const std::string key = HeaderKey(column.profile->name);
    if (!known_id.empty() && absl::EqualsIgnoreCase(column.profile->name, known_id)) id = &column;
    if (id == nullptr && !roles.Has(Role::kCustomerId) && key == "id") id = &column;
  }
  if (id == nullptr) id = roles.Find(Role::kCustomerId);
  if (id == nullptr) {
    // Some column where each row has a value of its own, and that is called so.
    for (SourceColumn& column : source.columns) {
      const std::string key = HeaderKey(column.profile->name);
      if (id == nullptr && column.profile->unique() && NamesAKey(key) &&
          NameScore(column.profile->name, Role::kOrderId) == 0 &&
          NameScore(column.profile->name, Role::kProduct) == 0) {
        id = &column;
      }
    }
  }
  if (id == nullptr) {
    SourceColumn* email = roles.Find(Role::kEmail);
    if (email != nullptr && email->profile->unique()) id = email;
  }
  CustomerColumns columns(values, roles);
  bool repeated = false;
  if (id != nullptr) {
    id->used = true;
    columns.columns().push_back(absl::StrCat(values.Id(*id), " AS id"));
    repeated = id->profile->distinct < id->profile->filled;
    if (repeated) {
      proposal.notes.push_back(absl::StrCat(
          Named(*id), " repeats in ", FormatInteger(id->profile->filled - id->profile->distinct),
          " rows; the last row of each customer counts"));
    }
  } else {
    // Without an id it has to look like a list of people or companies.
    const bool of_customers =
        std::any_of(std::begin(kFields), std::end(kFields),
                    [&](const CustomerField& field) { return roles.Has(field.role); }) ||
        std::any_of(source.columns.begin(), source.columns.end(), [&](const SourceColumn& column) {
          return IsOfCustomers(HeaderKey(column.profile->name));
        });
    if (!of_customers) return proposal;
    columns.columns().push_back("NULL AS id");
    proposal.notes.push_back(
        absl::StrCat("no column of ", Shortened(table, 40),
                     " tells customers apart, so each row is a customer of its own, named by its "
                     "content (--column customer=NAME names one)"));
  }
  columns.AddJoinedName();
  for (const CustomerField& field : kFields) {
    SourceColumn* column = roles.Find(field.role);
    if (column != nullptr && column != id) columns.AddField(field, *column);
  }
  for (SourceColumn& column : source.columns) {
    if (column.used || !CanBeAttribute(*column.profile)) continue;
    if (columns.attributes() == kMostAttributes) {
      proposal.notes.push_back(absl::StrCat("a customer has at most ", kMostAttributes,
                                            " attributes; the first ones are taken"));
      break;
    }
    columns.AddAttribute(column);
  }
  if (columns.columns().size() < 2) return proposal;
  columns.columns().push_back(absl::StrCat(source.file, ", ", source.line));
  if (repeated) columns.columns().push_back(absl::StrCat("max(", source.line, ") AS _last"));
  proposal.sql =
      absl::StrCat("-- record: customer\nSELECT ", absl::StrJoin(columns.columns(), ",\n       "),
                   "\nFROM ", source.from, repeated ? "\nGROUP BY 1" : "", ";\n");
  return proposal;
}

}  // namespace strata::imports
