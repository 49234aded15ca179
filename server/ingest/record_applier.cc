#include "server/ingest/record_applier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/ingest/same_content.h"
#include "server/ingest/shown_value.h"

namespace strata::ingest {
namespace {

bool IsStale(int64_t version, int64_t stored) {
  return version != kNoVersion && stored != kNoVersion && version < stored;
}

// An id keeps the version it had when a record comes without one.
int64_t VersionAfter(int64_t version, int64_t stored) {
  return version == kNoVersion ? stored : version;
}

image::AttributeKind KindOf(const AttributeValue& value) {
  if (std::holds_alternative<absl::string_view>(value)) return image::AttributeKind::kText;
  if (std::holds_alternative<double>(value)) return image::AttributeKind::kNumber;
  return image::AttributeKind::kBoolean;
}

// Empty text stands for "not known", so such an attribute is none.
bool IsSet(const Attribute& attribute) {
  const auto* text = std::get_if<absl::string_view>(&attribute.value);
  return text == nullptr || !text->empty();
}

// Without the id: nothing may be kept of who was erased.
Fault Erased(const char* field) {
  return Fault{Reason::kErased, field, "the customer was erased from this workspace"};
}

// "\"gold\" is text".
std::string ShownAttribute(const AttributeValue& value) {
  if (const auto* text = std::get_if<absl::string_view>(&value)) {
    return absl::StrCat(Shown(*text), " is text");
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return absl::StrCat(*number, " is a number");
  }
  return std::get<bool>(value) ? "true is a boolean" : "false is a boolean";
}

absl::Status KeysUsedUp(RecordKind kind) {
  return absl::ResourceExhaustedError(
      absl::StrCat("the workspace has given out all keys of kind ", NameOf(kind)));
}

}  // namespace

RecordHashes HashesOf(const Record& record) {
  struct Visitor {
    RecordHashes operator()(const Customer& r) const { return {HashId(r.id), 0}; }
    RecordHashes operator()(const Deletion& r) const { return {HashId(r.id), 0}; }
    RecordHashes operator()(const Order& r) const { return {HashId(r.id), HashId(r.customer)}; }
    RecordHashes operator()(const Ticket& r) const { return {HashId(r.id), HashId(r.customer)}; }
    RecordHashes operator()(const Contract& r) const { return {HashId(r.id), HashId(r.customer)}; }
    RecordHashes operator()(const Survey& r) const { return {HashId(r.id), HashId(r.customer)}; }
  };
  return std::visit(Visitor(), record);
}

RecordApplier::RecordApplier(store::WorkspaceDb& db, Identities& ids, image::Editor& editor,
                             const store::ErasedIds& erased)
    : db_(db), ids_(ids), editor_(editor), erased_(erased) {}

void RecordApplier::StartGroup(const image::Revision& current, size_t orders,
                               image::Changes* changes) {
  current_ = &current;
  changes_ = changes;
  statuses_run_short_ = editor_.StatusRoom() < orders;
  new_statuses_.clear();
  group_text_.Clear();
  group_attributes_.clear();
}

bool RecordApplier::IsErased(absl::string_view id, uint64_t hash) const {
  if (erased_.empty()) return false;
  const image::Slot slot = ids_.FindCustomer(hash, id);
  if (slot != image::kNoSlot) return !erasing_.empty() && erasing_.contains(slot);
  return erased_.Contains(id);
}

bool RecordApplier::IsOneStatusTooMany(absl::string_view status) {
  if (!statuses_run_short_ || status.empty()) return false;
  if (current_->dictionaries->status.Find(status).has_value()) return false;
  if (new_statuses_.contains(status)) return false;
  if (new_statuses_.size() >= editor_.StatusRoom()) return true;
  new_statuses_.insert(status);
  return false;
}

std::optional<Fault> RecordApplier::FindFault(const Record& record, const RecordHashes& hashes) {
  if (const auto* order = std::get_if<Order>(&record)) {
    if (IsErased(order->customer, hashes.customer)) return Erased("order.customer");
    const std::string& currency = current_->settings->currency;
    if (!order->currency_code.empty() && order->currency_code != currency) {
      return Fault{Reason::kForeignCurrency, "order.currency_code",
                   absl::StrCat(Shown(order->currency_code), ", but the workspace's currency is ",
                                currency)};
    }
    if (IsOneStatusTooMany(order->status)) {
      return Fault{Reason::kTooManyStatuses, "order.status",
                   absl::StrCat(Shown(order->status),
                                " is new, and the workspace has as many different order statuses "
                                "as it can hold")};
    }
  } else if (const auto* customer = std::get_if<Customer>(&record)) {
    if (IsErased(customer->id, hashes.id)) return Erased("customer.id");
    if ((customer->update_mask & MaskOf(CustomerField::kAttributes)) == 0) return std::nullopt;
    for (const Attribute& attribute : customer->attributes) {
      if (ids_.AttributeTakes(attribute.key, KindOf(attribute.value))) continue;
      return Fault{Reason::kAttributeKind,
                   absl::StrCat("customer.attributes[\"", attribute.key, "\"]"),
                   absl::StrCat(ShownAttribute(attribute.value),
                                "; this attribute has had another kind of value in this workspace "
                                "before")};
    }
  } else if (const auto* ticket = std::get_if<Ticket>(&record)) {
    if (IsErased(ticket->customer, hashes.customer)) return Erased("ticket.customer");
  } else if (const auto* contract = std::get_if<Contract>(&record)) {
    if (IsErased(contract->customer, hashes.customer)) return Erased("contract.customer");
  } else if (const auto* survey = std::get_if<Survey>(&record)) {
    if (IsErased(survey->customer, hashes.customer)) return Erased("survey.customer");
  } else if (const auto* deletion = std::get_if<Deletion>(&record)) {
    if (deletion->kind == RecordKind::kCustomer && IsErased(deletion->id, hashes.id)) {
      return Erased("deletion.id");
    }
  }
  return std::nullopt;
}

absl::StatusOr<Outcome> RecordApplier::Apply(const Record& record, const RecordHashes& hashes,
                                             int64_t& placeholders) {
  scratch_.Clear();
  if (const auto* order = std::get_if<Order>(&record)) {
    return ApplyFact(RecordKind::kOrder, record, *order, hashes, stored_order_, placeholders);
  }
  if (const auto* customer = std::get_if<Customer>(&record)) {
    return ApplyCustomer(*customer, hashes.id);
  }
  if (const auto* ticket = std::get_if<Ticket>(&record)) {
    return ApplyFact(RecordKind::kTicket, record, *ticket, hashes, stored_ticket_, placeholders);
  }
  if (const auto* contract = std::get_if<Contract>(&record)) {
    return ApplyFact(RecordKind::kContract, record, *contract, hashes, stored_contract_,
                     placeholders);
  }
  if (const auto* survey = std::get_if<Survey>(&record)) {
    return ApplyFact(RecordKind::kSurvey, record, *survey, hashes, stored_survey_, placeholders);
  }
  return ApplyDeletion(std::get<Deletion>(record), hashes.id);
}

template <typename Stored>
absl::StatusOr<uint32_t> RecordApplier::FindStored(RecordKind kind, absl::string_view id,
                                                   uint64_t hash, Stored& stored) {
  absl::Status status;
  const uint32_t key = ids_.FindFact(kind, hash, [&](uint32_t candidate) {
    if (!status.ok()) return false;
    status = db_.writer().MakeReadable(kind, candidate);
    if (status.ok()) status = db_.reader().Read(candidate, scratch_, stored);
    return status.ok() && stored.record.id == id;
  });
  STRATA_RETURN_IF_ERROR(status);
  return key;
}

absl::StatusOr<std::optional<int64_t>> RecordApplier::FindDeleted(RecordKind kind,
                                                                  absl::string_view id,
                                                                  uint64_t hash) {
  if (!ids_.MayBeDeleted(kind, hash)) return std::nullopt;
  return db_.ledger().FindDeleted(kind, id);
}

template <typename Fact, typename Stored>
absl::StatusOr<Outcome> RecordApplier::ApplyFact(RecordKind kind, const Record& record,
                                                 const Fact& fact, const RecordHashes& hashes,
                                                 Stored& stored, int64_t& placeholders) {
  STRATA_ASSIGN_OR_RETURN(const uint32_t key, FindStored(kind, fact.id, hashes.id, stored));
  image::Slot slot = ids_.FindCustomer(hashes.customer, fact.customer);
  if (key == IdIndex::kNoKey) {
    STRATA_ASSIGN_OR_RETURN(const std::optional<int64_t> deleted,
                            FindDeleted(kind, fact.id, hashes.id));
    if (deleted.has_value()) {
      if (IsStale(fact.source_version, *deleted)) return Outcome::kStale;
      STRATA_RETURN_IF_ERROR(db_.ledger().RemoveDeleted(kind, fact.id));
    }
    const int64_t version = VersionAfter(fact.source_version, deleted.value_or(kNoVersion));
    STRATA_ASSIGN_OR_RETURN(slot,
                            EnsureCustomer(slot, fact.customer, hashes.customer, placeholders));
    const uint32_t new_key = ids_.NextKey(kind);
    if (new_key == IdIndex::kNoKey) return KeysUsedUp(kind);
    STRATA_RETURN_IF_ERROR(db_.writer().Insert(new_key, slot + 1, fact, version));
    ids_.AddFact(kind, hashes.id, slot);
    changes_->list.push_back(image::Changes::Put{new_key, slot, &record});
    return Outcome::kAccepted;
  }

  if (IsStale(fact.source_version, stored.record.source_version)) return Outcome::kStale;
  const int64_t version = VersionAfter(fact.source_version, stored.record.source_version);
  const image::Slot old_slot = stored.customer_key - 1;
  if (slot == old_slot && version == stored.record.source_version &&
      SameContent(fact, stored.record)) {
    return Outcome::kDuplicate;
  }
  STRATA_ASSIGN_OR_RETURN(slot, EnsureCustomer(slot, fact.customer, hashes.customer, placeholders));
  STRATA_RETURN_IF_ERROR(db_.writer().Update(key, slot + 1, fact, version));
  ids_.MoveFact(old_slot, slot);
  Remove(kind, key, old_slot);
  changes_->list.push_back(image::Changes::Put{key, slot, &record});
  if (slot != old_slot) STRATA_RETURN_IF_ERROR(DropIfUnused(old_slot));
  return Outcome::kAccepted;
}

absl::StatusOr<image::Slot> RecordApplier::EnsureCustomer(image::Slot slot, absl::string_view id,
                                                          uint64_t hash, int64_t& placeholders) {
  if (slot != image::kNoSlot) return slot;
  Customer customer;
  customer.id = id;
  slot = ids_.AddCustomer(hash, id, /*placeholder=*/true);
  STRATA_RETURN_IF_ERROR(db_.writer().Insert(slot + 1, customer, /*placeholder=*/true));
  changes_->list.push_back(image::Changes::PutCustomer{slot, customer, /*placeholder=*/true});
  ++placeholders;
  return slot;
}

absl::Status RecordApplier::DropIfUnused(image::Slot slot) {
  if (!ids_.IsPlaceholder(slot) || ids_.FactsOf(slot) > 0) return absl::OkStatus();
  STRATA_RETURN_IF_ERROR(db_.writer().Delete(RecordKind::kCustomer, slot + 1));
  ids_.RemoveCustomer(slot);
  Remove(RecordKind::kCustomer, slot + 1, slot);
  return absl::OkStatus();
}

Customer RecordApplier::Merge(const Customer& sent, const Customer& base) {
  Customer merged = sent;
  merged.update_mask = kAllCustomerFields;
  const auto keep_unnamed = [&sent](CustomerField field, auto& to, const auto& from) {
    if ((sent.update_mask & MaskOf(field)) == 0) to = from;
  };
  using F = CustomerField;
  keep_unnamed(F::kDisplayName, merged.display_name, base.display_name);
  keep_unnamed(F::kBirthDate, merged.birth_date, base.birth_date);
  keep_unnamed(F::kGender, merged.gender, base.gender);
  keep_unnamed(F::kChildren, merged.children, base.children);
  keep_unnamed(F::kCountry, merged.country, base.country);
  keep_unnamed(F::kRegion, merged.region, base.region);
  keep_unnamed(F::kCity, merged.city, base.city);
  keep_unnamed(F::kIndustry, merged.industry, base.industry);
  keep_unnamed(F::kAccountOwner, merged.account_owner, base.account_owner);
  keep_unnamed(F::kStrategic, merged.strategic, base.strategic);
  keep_unnamed(F::kCreatedTime, merged.created_time, base.created_time);
  keep_unnamed(F::kAttributes, merged.attributes, base.attributes);
  if (merged.attributes.empty()) return merged;

  std::vector<Attribute>& attributes = group_attributes_.emplace_back();
  std::copy_if(merged.attributes.begin(), merged.attributes.end(), std::back_inserter(attributes),
               IsSet);
  std::sort(attributes.begin(), attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
  merged.attributes = attributes;
  return merged;
}

absl::StatusOr<Outcome> RecordApplier::ApplyCustomer(const Customer& customer, uint64_t hash) {
  image::Slot slot = ids_.FindCustomer(hash, customer.id);
  const bool is_stored = slot != image::kNoSlot && !ids_.IsPlaceholder(slot);
  Customer base;
  int64_t stored_version = kNoVersion;
  if (is_stored) {
    // Fields that the mask does not name go on to the image, so they must live as long as the
    // group.
    const bool keeps_fields = customer.update_mask != kAllCustomerFields;
    STRATA_RETURN_IF_ERROR(
        db_.reader().Read(slot + 1, keeps_fields ? group_text_ : scratch_, stored_customer_));
    base = stored_customer_.record;
    stored_version = base.source_version;
    if (IsStale(customer.source_version, stored_version)) return Outcome::kStale;
  } else {
    STRATA_ASSIGN_OR_RETURN(const std::optional<int64_t> deleted,
                            FindDeleted(RecordKind::kCustomer, customer.id, hash));
    if (deleted.has_value()) {
      if (IsStale(customer.source_version, *deleted)) return Outcome::kStale;
      STRATA_RETURN_IF_ERROR(db_.ledger().RemoveDeleted(RecordKind::kCustomer, customer.id));
      stored_version = *deleted;
    }
  }

  Customer merged = Merge(customer, base);
  merged.source_version = VersionAfter(customer.source_version, stored_version);
  if (is_stored && merged.source_version == stored_version && SameContent(merged, base)) {
    return Outcome::kDuplicate;
  }
  if (slot == image::kNoSlot) {
    slot = ids_.AddCustomer(hash, customer.id, /*placeholder=*/false);
    STRATA_RETURN_IF_ERROR(db_.writer().Insert(slot + 1, merged, /*placeholder=*/false));
  } else {
    ids_.SetPlaceholder(slot, false);
    STRATA_RETURN_IF_ERROR(db_.writer().Update(slot + 1, merged, /*placeholder=*/false));
  }
  for (const Attribute& attribute : merged.attributes) {
    ids_.NoteAttribute(attribute.key, KindOf(attribute.value));
  }
  changes_->list.push_back(image::Changes::PutCustomer{slot, merged, /*placeholder=*/false});
  return Outcome::kAccepted;
}

absl::StatusOr<Outcome> RecordApplier::ApplyDeletion(const Deletion& deletion, uint64_t hash) {
  switch (deletion.kind) {
    case RecordKind::kCustomer:
      return DeleteCustomer(deletion, hash);
    case RecordKind::kOrder:
      return DeleteFact(deletion, hash, stored_order_);
    case RecordKind::kTicket:
      return DeleteFact(deletion, hash, stored_ticket_);
    case RecordKind::kContract:
      return DeleteFact(deletion, hash, stored_contract_);
    case RecordKind::kSurvey:
      return DeleteFact(deletion, hash, stored_survey_);
  }
  return absl::InternalError("a deletion of no kind");
}

template <typename Stored>
absl::StatusOr<Outcome> RecordApplier::DeleteFact(const Deletion& deletion, uint64_t hash,
                                                  Stored& stored) {
  STRATA_ASSIGN_OR_RETURN(const uint32_t key, FindStored(deletion.kind, deletion.id, hash, stored));
  if (key == IdIndex::kNoKey) return DeleteUnknown(deletion, hash);
  const int64_t stored_version = stored.record.source_version;
  if (IsStale(deletion.source_version, stored_version)) return Outcome::kStale;
  STRATA_RETURN_IF_ERROR(db_.writer().Delete(deletion.kind, key));
  STRATA_RETURN_IF_ERROR(db_.ledger().PutDeleted(
      deletion.kind, deletion.id, VersionAfter(deletion.source_version, stored_version)));
  const image::Slot slot = stored.customer_key - 1;
  ids_.NoteDeleted(deletion.kind, hash);
  ids_.RemoveFact(deletion.kind, hash, key, slot);
  Remove(deletion.kind, key, slot);
  STRATA_RETURN_IF_ERROR(DropIfUnused(slot));
  return Outcome::kAccepted;
}

absl::StatusOr<Outcome> RecordApplier::DeleteCustomer(const Deletion& deletion, uint64_t hash) {
  const image::Slot slot = ids_.FindCustomer(hash, deletion.id);
  // A placeholder was never sent, so there is nothing of it to delete.
  if (slot == image::kNoSlot || ids_.IsPlaceholder(slot)) return DeleteUnknown(deletion, hash);
  STRATA_RETURN_IF_ERROR(db_.reader().Read(slot + 1, scratch_, stored_customer_));
  const int64_t stored_version = stored_customer_.record.source_version;
  if (IsStale(deletion.source_version, stored_version)) return Outcome::kStale;
  STRATA_RETURN_IF_ERROR(db_.ledger().PutDeleted(
      deletion.kind, deletion.id, VersionAfter(deletion.source_version, stored_version)));
  ids_.NoteDeleted(deletion.kind, hash);
  ids_.SetPlaceholder(slot, true);
  if (ids_.FactsOf(slot) == 0) {
    STRATA_RETURN_IF_ERROR(DropIfUnused(slot));
    return Outcome::kAccepted;
  }
  Customer placeholder;
  placeholder.id = deletion.id;
  STRATA_RETURN_IF_ERROR(db_.writer().Update(slot + 1, placeholder, /*placeholder=*/true));
  changes_->list.push_back(image::Changes::PutCustomer{slot, placeholder, /*placeholder=*/true});
  return Outcome::kAccepted;
}

absl::StatusOr<Outcome> RecordApplier::DeleteUnknown(const Deletion& deletion, uint64_t hash) {
  STRATA_ASSIGN_OR_RETURN(const std::optional<int64_t> deleted,
                          FindDeleted(deletion.kind, deletion.id, hash));
  if (deleted.has_value()) {
    if (IsStale(deletion.source_version, *deleted)) return Outcome::kStale;
    if (VersionAfter(deletion.source_version, *deleted) == *deleted) return Outcome::kDuplicate;
  }
  STRATA_RETURN_IF_ERROR(
      db_.ledger().PutDeleted(deletion.kind, deletion.id, deletion.source_version));
  ids_.NoteDeleted(deletion.kind, hash);
  return Outcome::kAccepted;
}

}  // namespace strata::ingest
