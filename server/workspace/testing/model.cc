#include "server/workspace/testing/model.h"

#include "absl/strings/str_cat.h"

namespace strata::testing {
namespace {

using Fields = Model::Fields;

void Put(Fields& fields, const std::string& name, absl::string_view text) {
  if (!text.empty()) fields[name] = std::string(text);
}
void PutTime(Fields& fields, const std::string& name, Millis time) {
  if (time != kNoTime) fields[name] = absl::StrCat(time);
}
void PutDay(Fields& fields, const std::string& name, Day day) {
  if (day != kNoDay) fields[name] = FormatDay(day);
}

Fields FieldsOf(const Customer& c) {
  Fields fields;
  Put(fields, "display_name", c.display_name);
  PutDay(fields, "birth_date", c.birth_date);
  Put(fields, "gender", c.gender);
  if (c.children.has_value()) fields["children"] = absl::StrCat(*c.children);
  Put(fields, "country", c.country);
  Put(fields, "region", c.region);
  Put(fields, "city", c.city);
  Put(fields, "industry", c.industry);
  Put(fields, "account_owner", c.account_owner);
  if (c.strategic.has_value()) fields["strategic"] = *c.strategic ? "1" : "0";
  PutTime(fields, "created_time", c.created_time);
  for (const Attribute& a : c.attributes) {
    const std::string name = absl::StrCat("attribute ", a.key);
    if (const auto* text = std::get_if<absl::string_view>(&a.value)) {
      if (!text->empty()) fields[name] = absl::StrCat("text ", *text);
    } else if (const auto* number = std::get_if<double>(&a.value)) {
      fields[name] = absl::StrCat("number ", *number);
    } else {
      fields[name] = std::get<bool>(a.value) ? "boolean 1" : "boolean 0";
    }
  }
  return fields;
}

Fields FieldsOf(const Order& o) {
  Fields fields;
  Put(fields, "customer", o.customer);
  PutTime(fields, "order_time", o.order_time);
  Put(fields, "status", o.status);
  Put(fields, "channel", o.channel);
  PutTime(fields, "promised_time", o.promised_time);
  PutTime(fields, "shipped_time", o.shipped_time);
  PutTime(fields, "delivered_time", o.delivered_time);
  int number = 0;
  for (const OrderLine& line : o.lines) {
    fields[absl::StrCat("line ", ++number)] =
        absl::StrCat(line.product, "/", line.product_line, "/", line.quantity_micros, "/",
                     line.amount, "/", line.cost == kNoAmount ? "" : absl::StrCat(line.cost));
  }
  return fields;
}

Fields FieldsOf(const Ticket& t) {
  constexpr const char* kStatuses[] = {"open", "resolved", "cancelled"};
  Fields fields;
  Put(fields, "customer", t.customer);
  PutTime(fields, "opened_time", t.opened_time);
  PutTime(fields, "first_response_time", t.first_response_time);
  PutTime(fields, "resolved_time", t.resolved_time);
  PutTime(fields, "escalated_time", t.escalated_time);
  PutTime(fields, "sla_due_time", t.sla_due_time);
  Put(fields, "priority", t.priority);
  Put(fields, "category", t.category);
  fields["status"] = kStatuses[static_cast<int>(t.status)];
  if (t.csat != 0) fields["csat"] = absl::StrCat(t.csat);
  return fields;
}

Fields FieldsOf(const Contract& c) {
  Fields fields;
  Put(fields, "customer", c.customer);
  PutDay(fields, "start_date", c.start_date);
  PutDay(fields, "end_date", c.end_date);
  fields["annual_value_micros"] = absl::StrCat(c.annual_value);
  if (c.auto_renew.has_value()) fields["auto_renew"] = *c.auto_renew ? "1" : "0";
  Put(fields, "owner", c.owner);
  Put(fields, "status", c.status);
  return fields;
}

Fields FieldsOf(const Survey& s) {
  Fields fields;
  Put(fields, "customer", s.customer);
  PutTime(fields, "survey_time", s.time);
  fields["kind"] = s.kind == SurveyKind::kNps ? "nps" : "csat";
  fields["score"] = absl::StrCat(s.score);
  return fields;
}

// Whether a customer's update mask names a field.
bool Names(uint32_t mask, const std::string& field) {
  if (field.rfind("attribute ", 0) == 0) return (mask & MaskOf(CustomerField::kAttributes)) != 0;
  constexpr const char* kNames[] = {"display_name",  "birth_date", "gender",      "children",
                                    "country",       "region",     "city",        "industry",
                                    "account_owner", "strategic",  "created_time"};
  for (uint32_t i = 0; i < 11; ++i) {
    if (field == kNames[i]) return (mask & (1u << i)) != 0;
  }
  return true;
}

}  // namespace

Outcome Model::Apply(const Record& record) {
  Id id;
  std::optional<int64_t> version;
  std::visit(
      [&](const auto& r) {
        id.second = std::string(r.id);
        if (r.source_version != kNoVersion) version = r.source_version;
      },
      record);
  const auto* deletion = std::get_if<Deletion>(&record);
  id.first = deletion ? deletion->kind : static_cast<RecordKind>(record.index());

  Fields fields;
  std::visit(
      [&](const auto& r) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(r)>, Deletion>) fields = FieldsOf(r);
      },
      record);
  const std::string person = id.first == RecordKind::kCustomer ? id.second : fields["customer"];
  if (erased_.count(person) > 0) return Outcome::kRejected;
  if (fields["customer"].empty()) fields.erase("customer");

  const auto stored = records_.find(id);
  const auto deleted = deleted_.find(id);
  std::optional<int64_t> known;
  if (stored != records_.end()) known = stored->second.version;
  if (deleted != deleted_.end()) known = deleted->second;
  if (version.has_value() && known.has_value() && *version < *known) return Outcome::kStale;
  const std::optional<int64_t> new_version = version.has_value() ? version : known;

  if (deletion != nullptr) {
    if (deleted != deleted_.end() && deleted->second == new_version) return Outcome::kDuplicate;
    records_.erase(id);
    deleted_[id] = new_version;
    return Outcome::kAccepted;
  }
  if (const auto* customer = std::get_if<Customer>(&record)) {
    for (auto it = fields.begin(); it != fields.end();) {
      it = Names(customer->update_mask, it->first) ? std::next(it) : fields.erase(it);
    }
    if (stored != records_.end()) {
      for (const auto& [name, value] : stored->second.fields) {
        if (!Names(customer->update_mask, name)) fields[name] = value;
      }
    }
  }
  if (stored != records_.end() && stored->second.fields == fields &&
      stored->second.version == new_version) {
    return Outcome::kDuplicate;
  }
  if (id.first != RecordKind::kCustomer && Placeholders().count(person) == 0 &&
      records_.count({RecordKind::kCustomer, person}) == 0) {
    ++placeholders_made_;
  }
  records_[id] = {fields, new_version};
  deleted_.erase(id);
  return Outcome::kAccepted;
}

void Model::Erase(const std::string& customer) {
  erased_.insert(customer);
  records_.erase({RecordKind::kCustomer, customer});
  deleted_.erase({RecordKind::kCustomer, customer});
  for (auto it = records_.begin(); it != records_.end();) {
    const auto named = it->second.fields.find("customer");
    const bool theirs = named != it->second.fields.end() && named->second == customer;
    it = theirs ? records_.erase(it) : std::next(it);
  }
}

std::set<std::string> Model::Placeholders() const {
  std::set<std::string> named;
  for (const auto& [id, stored] : records_) {
    const auto customer = stored.fields.find("customer");
    if (customer == stored.fields.end()) continue;
    if (records_.count({RecordKind::kCustomer, customer->second}) == 0) {
      named.insert(customer->second);
    }
  }
  return named;
}

std::multiset<std::string> Model::Dump() const {
  std::multiset<std::string> lines;
  for (const auto& [id, stored] : records_) {
    const std::string record = absl::StrCat(NameOf(id.first), " ", id.second, ": ");
    lines.insert(absl::StrCat(record, "version ",
                              stored.version.has_value() ? absl::StrCat(*stored.version) : "-"));
    for (const auto& [name, value] : stored.fields) {
      lines.insert(absl::StrCat(record, name, " = ", value));
    }
  }
  for (const auto& [id, version] : deleted_) {
    lines.insert(absl::StrCat("deleted ", NameOf(id.first), " ", id.second, ": version ",
                              version.has_value() ? absl::StrCat(*version) : "-"));
  }
  for (const std::string& id : Placeholders()) lines.insert("placeholder " + id);
  return lines;
}

}  // namespace strata::testing
