#include "client/cli/import/propose/order_roles.h"

#include "absl/strings/str_cat.h"

namespace strata::imports {
namespace {

constexpr Role kRoles[] = {
    Role::kOrderId,       Role::kCustomerId,   Role::kTime,        Role::kTimeOfDay,
    Role::kAmount,        Role::kUnitPrice,    Role::kQuantity,    Role::kDiscount,
    Role::kCost,          Role::kUnitCost,     Role::kProfit,      Role::kStatus,
    Role::kProduct,       Role::kProductLine,  Role::kChannel,     Role::kShippedTime,
    Role::kDeliveredTime, Role::kPromisedTime, Role::kCurrency,    Role::kDisplayName,
    Role::kFirstName,     Role::kLastName,     Role::kEmail,       Role::kBirthDate,
    Role::kGender,        Role::kChildren,     Role::kCountry,     Role::kRegion,
    Role::kCity,          Role::kIndustry,     Role::kAccountOwner};

}  // namespace

SourceColumn* ColumnCalled(Source& source, absl::string_view key) {
  for (SourceColumn& column : source.columns) {
    if (HeaderKey(column.profile->name) == key) return &column;
  }
  return nullptr;
}

absl::Span<const Role> OrderRoles() { return kRoles; }

RoleMap RolesOfOrders(Source& source, const ProposalOptions& options) {
  RoleMap roles(source, OrderRoles(), options);
  // Shopify calls the order's number Name.
  SourceColumn* name = ColumnCalled(source, "name");
  if (name != nullptr && ColumnCalled(source, "lineitem name") != nullptr &&
      options.columns.count(Role::kOrderId) == 0) {
    if (roles.Find(Role::kDisplayName) == name) roles.Drop(Role::kDisplayName);
    roles.Set(Role::kOrderId, name);
    if (SourceColumn* billing = ColumnCalled(source, "billing name")) {
      roles.Set(Role::kDisplayName, billing);
    }
  }
  // The price in Amazon's reports is that of the whole line.
  SourceColumn* item_price = ColumnCalled(source, "item price");
  if (item_price != nullptr && ColumnCalled(source, "amazon order id") != nullptr &&
      roles.Find(Role::kUnitPrice) == item_price && !roles.Has(Role::kAmount)) {
    roles.Drop(Role::kUnitPrice);
    roles.Set(Role::kAmount, item_price);
  }
  // A deal is made on the day when it closes.
  SourceColumn* closed = ColumnCalled(source, "close date");
  if (closed != nullptr && Fits(*closed->profile, Role::kTime) &&
      (ColumnCalled(source, "stage") != nullptr || ColumnCalled(source, "deal stage") != nullptr) &&
      options.columns.count(Role::kTime) == 0) {
    roles.Set(Role::kTime, closed);
  }
  if (options.columns.count(Role::kOrderId) > 0) return roles;
  // Where nobody is named, the number of the order may be chosen to stand for the customer.
  SourceColumn* customer = roles.Find(Role::kCustomerId);
  if (!roles.Has(Role::kOrderId) && customer != nullptr &&
      NameScore(customer->profile->name, Role::kOrderId) > 0) {
    roles.Set(Role::kOrderId, customer);
  }
  const SourceColumn* number = roles.Find(Role::kOrderId);
  SourceColumn* id = ColumnCalled(source, "id");
  // Payments name an invoice now and then, and always have an id of their own (Stripe).
  const bool gaps = number != nullptr && number->profile->filled < number->profile->rows &&
                    id != nullptr && id->profile->unique() &&
                    id->profile->table == number->profile->table;
  if (id != nullptr && (number == nullptr || gaps)) roles.Set(Role::kOrderId, id);
  return roles;
}

std::string CustomerKey(const RoleMap& roles, ValueReader& values,
                        std::vector<SourceColumn*>* columns) {
  for (const Role role : {Role::kCustomerId, Role::kEmail, Role::kDisplayName}) {
    if (SourceColumn* column = roles.Find(role)) {
      columns->push_back(column);
      return values.Id(*column);
    }
  }
  SourceColumn* first = roles.Find(Role::kFirstName);
  SourceColumn* last = roles.Find(Role::kLastName);
  if (first == nullptr || last == nullptr) return "";
  *columns = {last, first};
  return absl::StrCat(values.Text(*first), " || ' ' || ", values.Text(*last));
}

}  // namespace strata::imports
