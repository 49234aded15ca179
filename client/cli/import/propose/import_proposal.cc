#include "client/cli/import/propose/import_proposal.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/mapping_functions.h"
#include "client/cli/import/propose/order_roles.h"
#include "client/cli/import/propose/proposal_customers.h"
#include "client/cli/import/propose/proposal_orders.h"
#include "client/cli/import/propose/proposal_source.h"
#include "client/cli/import/propose/proposal_values.h"

namespace strata::imports {
namespace {

constexpr Role kTicketRoles[] = {
    Role::kTicketId,     Role::kCustomerId, Role::kEmail,    Role::kTime, Role::kFirstResponseTime,
    Role::kResolvedTime, Role::kPriority,   Role::kCategory, Role::kCsat, Role::kDisplayName};
constexpr Role kContractRoles[] = {Role::kContractId,   Role::kCustomerId,   Role::kEmail,
                                   Role::kDisplayName,  Role::kStartDate,    Role::kEndDate,
                                   Role::kAnnualValue,  Role::kMonthlyValue, Role::kAutoRenew,
                                   Role::kAccountOwner, Role::kStatus};
constexpr Role kSurveyRoles[] = {Role::kSurveyId, Role::kCustomerId, Role::kEmail,
                                 Role::kTime,     Role::kNps,        Role::kCsat};

// What a table can be made of.
enum class Kind : uint8_t { kOrders, kTickets, kContracts, kSurveys, kCustomers };

// A simple record: a row each, fields as they stand.
struct SimpleField {
  Role role;
  absl::string_view field;
  bool time;
};

class Proposer {
 public:
  Proposer(StagingDatabase& staging, const ProposalOptions& options)
      : staging_(staging), options_(options) {}

  absl::StatusOr<Proposal> Run() {
    functions_.observing = false;  // what is tried here decides nothing
    STRATA_RETURN_IF_ERROR(AddMappingFunctions(staging_.handle(), &functions_));
    std::vector<const ColumnProfile*> all;
    for (const StagingDatabase::Table& table : staging_.tables()) {
      STRATA_ASSIGN_OR_RETURN(profiles_[table.name], ProfileTable(staging_, table));
      for (const ColumnProfile& column : profiles_[table.name]) all.push_back(&column);
    }
    STRATA_RETURN_IF_ERROR(CheckChosenColumns(all));
    values_ = std::make_unique<ValueReader>(all, options_);
    // The most telling kind of each table first; what was joined to one is done, but customers.
    std::vector<std::string> done;
    for (const Kind kind : {Kind::kOrders, Kind::kContracts, Kind::kTickets, Kind::kSurveys}) {
      STRATA_RETURN_IF_ERROR(ProposeFacts(kind, &done));
    }
    if (facts_.empty()) STRATA_RETURN_IF_ERROR(RefuseOrdersWithoutTime());
    STRATA_RETURN_IF_ERROR(ProposeCustomerTables(&done));
    if (statements_.empty()) return NothingFound(all);
    TellUnused();
    for (const auto& [table, columns] : profiles_) {
      if (std::find(done.begin(), done.end(), table) == done.end()) {
        notes_.push_back(absl::StrCat("nothing is taken from ", table,
                                      "; import it alone, or write it into the mapping"));
      }
    }
    return Finish();
  }

 private:
  absl::Status CheckChosenColumns(const std::vector<const ColumnProfile*>& all) const {
    for (const auto& [role, name] : options_.columns) {
      const bool known =
          name.empty() || std::any_of(all.begin(), all.end(), [&name = name](const auto* column) {
            return absl::EqualsIgnoreCase(column->name, name);
          });
      if (known) continue;
      std::vector<std::string> names;
      for (const ColumnProfile* column : all) names.push_back(column->name);
      const std::string nearest = NearestOf(name, names);
      return absl::InvalidArgumentError(absl::StrCat(
          "--column ", NameOfRole(role), "=", Shortened(name), ": there is no such column",
          nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
          " The file has: ", ShortList(names)));
    }
    return absl::OkStatus();
  }

  // How certainly a table holds facts of a kind; 0: it does not.
  int FactScore(Kind kind, Source& source) const {
    if (kind == Kind::kOrders) return OrderScore(source, options_);
    const absl::Span<const Role> wanted = kind == Kind::kTickets ? absl::MakeSpan(kTicketRoles)
                                          : kind == Kind::kContracts
                                              ? absl::MakeSpan(kContractRoles)
                                              : absl::MakeSpan(kSurveyRoles);
    const RoleMap roles(source, wanted, options_);
    const bool customer =
        roles.Has(Role::kCustomerId) || roles.Has(Role::kEmail) || roles.Has(Role::kDisplayName);
    if (!customer) return 0;
    switch (kind) {
      case Kind::kTickets:
        return roles.Has(Role::kTime) &&
                       (roles.Has(Role::kTicketId) + roles.Has(Role::kPriority) +
                            roles.Has(Role::kResolvedTime) + roles.Has(Role::kFirstResponseTime) >=
                        2)
                   ? 2
                   : 0;
      case Kind::kContracts:
        return roles.Has(Role::kStartDate) &&
                       (roles.Has(Role::kAnnualValue) || roles.Has(Role::kMonthlyValue))
                   ? 2
                   : 0;
      default:
        return roles.Has(Role::kTime) && (roles.Has(Role::kNps) || roles.Has(Role::kCsat)) ? 1 : 0;
    }
  }

  absl::Status ProposeFacts(Kind kind, std::vector<std::string>* done) {
    const std::string* best = nullptr;
    int best_score = 0;
    for (const StagingDatabase::Table& table : staging_.tables()) {
      if (std::find(done->begin(), done->end(), table.name) != done->end()) continue;
      std::vector<std::string> joined;
      STRATA_ASSIGN_OR_RETURN(Source source, JoinTables(staging_, profiles_, table.name, &joined));
      const int score = FactScore(kind, source);
      if (score <= best_score) continue;
      best_score = score;
      best = &table.name;
    }
    if (best == nullptr) return absl::OkStatus();
    facts_.push_back(*best);
    std::vector<std::string> joined;
    sources_.push_back(std::make_unique<Source>());
    STRATA_ASSIGN_OR_RETURN(*sources_.back(), JoinTables(staging_, profiles_, *best, &joined));
    Source& source = *sources_.back();
    if (joined.size() > 1) {
      notes_.push_back(absl::StrCat("joined by their ids: ", absl::StrJoin(joined, ", ")));
    }
    if (kind == Kind::kOrders) {
      STRATA_ASSIGN_OR_RETURN(OrderProposal orders,
                              ProposeOrders(staging_, source, *values_, options_));
      statements_.push_back(orders.sql);
      notes_.insert(notes_.end(), orders.notes.begin(), orders.notes.end());
      if (!orders.currency.empty()) currency_ = orders.currency;
      // Customers of a table of their own come from there.
      if (joined.size() == 1 || !HasCustomerTable(joined)) {
        STRATA_ASSIGN_OR_RETURN(const CustomerProposal customers,
                                ProposeCustomersOf(staging_, source, orders, *values_, options_));
        if (!customers.sql.empty()) statements_.insert(statements_.begin(), customers.sql);
        notes_.insert(notes_.end(), customers.notes.begin(), customers.notes.end());
      }
      customer_column_ = orders.customer_name;
    } else {
      STRATA_RETURN_IF_ERROR(ProposeSimple(kind, source));
    }
    for (const std::string& table : joined) done->push_back(table);
    return absl::OkStatus();
  }

  // Customers who come again and again, each time with an amount, have bought: as a list of
  // customers all but the last of their rows would be lost.
  absl::Status RefuseOrdersWithoutTime() {
    for (const StagingDatabase::Table& table : staging_.tables()) {
      std::vector<std::string> joined, dates;
      STRATA_ASSIGN_OR_RETURN(Source source, JoinTables(staging_, profiles_, table.name, &joined));
      const RoleMap roles = RolesOfOrders(source, options_);
      const SourceColumn* customer = roles.Find(Role::kCustomerId);
      if (roles.Has(Role::kTime) || customer == nullptr ||
          customer->profile->distinct * 2 > customer->profile->filled ||
          (!roles.Has(Role::kAmount) && !roles.Has(Role::kUnitPrice))) {
        continue;
      }
      for (const SourceColumn& column : source.columns) {
        if (Fits(*column.profile, Role::kTime) && column.profile->all_dates()) {
          dates.push_back(column.profile->name);
        }
      }
      return absl::InvalidArgumentError(absl::StrCat(
          "this looks like orders, but no column says when they were; name it with --column "
          "order_time=NAME",
          dates.empty() ? "; no column holds dates"
                        : absl::StrCat(". Dates are in: ", ShortList(dates))));
    }
    return absl::OkStatus();
  }

  // Whether an id of customers is the key of a table that is not one of orders.
  bool KeepsCustomers(const std::string& table) const {
    bool key = false;
    for (const ColumnProfile& column : profiles_.at(table)) {
      if (NameScore(column.name, Role::kOrderId) > 0) return false;
      key = key || (column.unique() && NameScore(column.name, Role::kCustomerId) > 0);
    }
    return key;
  }

  bool HasCustomerTable(const std::vector<std::string>& tables) const {
    return std::any_of(tables.begin() + 1, tables.end(),
                       [&](const std::string& table) { return KeepsCustomers(table); });
  }

  absl::Status ProposeSimple(Kind kind, Source& source) {
    static constexpr SimpleField kTicketFields[] = {
        {Role::kTicketId, "id", false},
        {Role::kTime, "opened_time", true},
        {Role::kFirstResponseTime, "first_response_time", true},
        {Role::kResolvedTime, "resolved_time", true},
        {Role::kPriority, "priority", false},
        {Role::kCategory, "category", false},
        {Role::kCsat, "csat", false}};
    static constexpr SimpleField kContractFields[] = {
        {Role::kContractId, "id", false},      {Role::kStartDate, "start_date", true},
        {Role::kEndDate, "end_date", true},    {Role::kAutoRenew, "auto_renew", false},
        {Role::kAccountOwner, "owner", false}, {Role::kStatus, "status", false}};
    static constexpr SimpleField kSurveyFields[] = {{Role::kSurveyId, "id", false},
                                                    {Role::kTime, "time", true}};
    absl::Span<const SimpleField> fields;
    absl::Span<const Role> wanted;
    absl::string_view name;
    if (kind == Kind::kTickets) {
      fields = kTicketFields, wanted = kTicketRoles, name = "ticket";
    } else if (kind == Kind::kContracts) {
      fields = kContractFields, wanted = kContractRoles, name = "contract";
    } else {
      fields = kSurveyFields, wanted = kSurveyRoles, name = "survey";
    }
    RoleMap roles(source, wanted, options_);
    std::vector<std::string> columns;
    SourceColumn* customer = roles.Find(Role::kCustomerId);
    if (customer == nullptr) customer = roles.Find(Role::kEmail);
    if (customer == nullptr) customer = roles.Find(Role::kDisplayName);
    customer->used = true;
    columns.push_back(absl::StrCat(values_->Id(*customer), " AS customer"));
    for (const SimpleField& field : fields) {
      SourceColumn* column = roles.Find(field.role);
      if (column == nullptr) continue;
      column->used = true;
      columns.push_back(
          absl::StrCat(field.time ? values_->Time(*column, nullptr) : values_->Id(*column), " AS ",
                       field.field));
    }
    if (kind == Kind::kContracts) {
      SourceColumn* annual = roles.Find(Role::kAnnualValue);
      SourceColumn* monthly = roles.Find(Role::kMonthlyValue);
      SourceColumn* value = annual != nullptr ? annual : monthly;
      value->used = true;
      const std::string number = values_->Number(*value, true);
      columns.push_back(
          absl::StrCat(annual != nullptr ? number : absl::StrCat("mul_decimal(", number, ", 12)"),
                       " AS annual_value"));
    }
    if (kind == Kind::kSurveys) {
      SourceColumn* nps = roles.Find(Role::kNps);
      SourceColumn* score = nps != nullptr ? nps : roles.Find(Role::kCsat);
      score->used = true;
      columns.push_back(absl::StrCat(nps != nullptr ? "'nps'" : "'csat'", " AS kind"));
      columns.push_back(absl::StrCat(values_->Id(*score), " AS score"));
    }
    columns.push_back(absl::StrCat(source.file, ", ", source.line));
    statements_.push_back(absl::StrCat("-- record: ", name, "\nSELECT ",
                                       absl::StrJoin(columns, ",\n       "), "\nFROM ", source.from,
                                       ";\n"));
    return absl::OkStatus();
  }

  // Customers from tables of their own: those beside facts that name customers, or, without any
  // facts, whatever table there is.
  absl::Status ProposeCustomerTables(std::vector<std::string>* done) {
    for (const StagingDatabase::Table& table : staging_.tables()) {
      const bool is_fact = std::find(facts_.begin(), facts_.end(), table.name) != facts_.end();
      const std::vector<ColumnProfile>& columns = profiles_.at(table.name);
      if (is_fact || (!facts_.empty() && !KeepsCustomers(table.name))) continue;
      std::map<std::string, std::vector<ColumnProfile>> alone = {{table.name, {}}};
      std::vector<std::string> joined;
      alone.begin()->second = columns;
      sources_.push_back(std::make_unique<Source>());
      STRATA_ASSIGN_OR_RETURN(*sources_.back(), JoinTables(staging_, alone, table.name, &joined));
      // The profiles of `alone` go; the columns are those of this object.
      for (size_t i = 0; i < columns.size(); ++i) {
        sources_.back()->columns[i].profile = &columns[i];
      }
      STRATA_ASSIGN_OR_RETURN(
          const CustomerProposal customers,
          ProposeCustomerTable(*sources_.back(), table.name, customer_column_, *values_, options_));
      if (customers.sql.empty()) continue;
      done->push_back(table.name);
      statements_.insert(statements_.begin(), customers.sql);
      notes_.insert(notes_.end(), customers.notes.begin(), customers.notes.end());
    }
    return absl::OkStatus();
  }

  // Columns that nothing was made of. A key that two tables share is used if it is in one of them.
  void TellUnused() {
    std::vector<std::string> used;
    for (const std::unique_ptr<Source>& source : sources_) {
      for (const SourceColumn& column : source->columns) {
        if (column.used) used.push_back(column.profile->name);
      }
    }
    std::vector<std::string> names;
    for (const std::unique_ptr<Source>& source : sources_) {
      for (const SourceColumn& column : source->columns) {
        const std::string& name = column.profile->name;
        if (std::find(used.begin(), used.end(), name) == used.end() &&
            std::find(names.begin(), names.end(), name) == names.end()) {
          names.push_back(name);
        }
      }
    }
    if (!names.empty()) notes_.push_back(absl::StrCat("not imported: ", ShortList(names)));
  }

  absl::Status NothingFound(const std::vector<const ColumnProfile*>& all) const {
    std::vector<std::string> names;
    for (const ColumnProfile* column : all) names.push_back(column->name);
    return absl::InvalidArgumentError(absl::StrCat(
        "no records could be made out in the file; it has: ", ShortList(names),
        ". Point at columns with --column FIELD=NAME (an order needs customer, order_time and "
        "amount; a customer needs an id), or write a mapping (--sql)"));
  }

  Proposal Finish() {
    Proposal proposal;
    proposal.mapping = absl::StrJoin(statements_, "\n");
    proposal.notes = notes_;
    proposal.notes.insert(proposal.notes.begin(), values_->notes().begin(), values_->notes().end());
    proposal.currency = currency_.empty() ? values_->currency() : currency_;
    if (proposal.currency.size() != 3) proposal.currency.clear();
    return proposal;
  }

  StagingDatabase& staging_;
  MappingContext functions_;
  const ProposalOptions& options_;
  std::map<std::string, std::vector<ColumnProfile>> profiles_;
  std::unique_ptr<ValueReader> values_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::string> facts_;  // tables that statements for facts begin with
  std::vector<std::string> statements_, notes_;
  std::string currency_, customer_column_;
};

}  // namespace

absl::StatusOr<Proposal> ProposeMapping(StagingDatabase& staging, const ProposalOptions& options) {
  return Proposer(staging, options).Run();
}

}  // namespace strata::imports
