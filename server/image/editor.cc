#include "server/image/editor.h"

#include <algorithm>

#include "server/base/status_macros.h"
#include "server/domain/status_key.h"
#include "server/image/apply.h"
#include "server/image/block_sizes.h"
#include "server/image/coder.h"
#include "server/image/editor_block.h"
#include "server/image/loader.h"

namespace strata::image {

struct Editor::Rep {
  Rep(std::shared_ptr<const WorkspaceSettings> settings, Calendar calendar,
      const BlockSizes& block_sizes)
      : sizes(block_sizes),
        settings(std::move(settings)),
        calendar(std::make_shared<const Calendar>(std::move(calendar))),
        coder(*dictionaries, this->calendar->zone()),
        loader(std::make_unique<Loader>(sizes, coder)) {}

  const BlockSizes sizes;
  std::shared_ptr<const WorkspaceSettings> settings;
  std::shared_ptr<const Calendar> calendar;
  const std::shared_ptr<Dictionaries> dictionaries = std::make_shared<Dictionaries>();
  Coder coder;
  std::unique_ptr<Loader> loader;  // until Finish
  std::vector<EditorBlock> blocks;
  std::vector<uint8_t> excluded_status, excluded_contract_status;

  void ChangeSettings(std::shared_ptr<const WorkspaceSettings> changed);
  void ExcludeStatuses();
  RevisionPtr Publish(int64_t number, Millis commit_time);
};

void Editor::Rep::ChangeSettings(std::shared_ptr<const WorkspaceSettings> changed) {
  settings = std::move(changed);
  excluded_status.clear();
  excluded_contract_status.clear();
  absl::StatusOr<Calendar> renewed =
      Calendar::Create(settings->time_zone, settings->fiscal_first_month, settings->first_weekday);
  if (!renewed.ok()) return;  // refused by whoever takes settings in
  calendar = std::make_shared<const Calendar>(*std::move(renewed));
  coder.SetZone(calendar->zone());
}

// Brings what is known of the statuses of orders and contracts up to the ones there are.
void Editor::Rep::ExcludeStatuses() {
  const auto extend = [](const Dictionary& statuses, const std::vector<std::string>& keys,
                         std::vector<uint8_t>* excluded) {
    for (Code code = static_cast<Code>(excluded->size()); code < statuses.size(); ++code) {
      excluded->push_back(HasStatus(keys, statuses.Text(code)) ? 1 : 0);
    }
  };
  extend(dictionaries->status, settings->excluded_statuses, &excluded_status);
  extend(dictionaries->contract_status, settings->excluded_contract_statuses,
         &excluded_contract_status);
}

RevisionPtr Editor::Rep::Publish(int64_t number, Millis commit_time) {
  ExcludeStatuses();
  auto revision = std::make_shared<Revision>();
  revision->number = number;
  revision->commit_time = commit_time;
  revision->settings = settings;
  revision->calendar = calendar;
  revision->dictionaries = dictionaries;
  revision->attribute_kinds = coder.attribute_kinds();
  revision->excluded_status = excluded_status;
  revision->excluded_contract_status = excluded_contract_status;
  revision->blocks.reserve(blocks.size());
  DayRange days;
  for (const EditorBlock& block : blocks) {
    revision->blocks.push_back(block.Published());
    revision->slots += block.block.customers;
    revision->customers += block.present;
    revision->orders += block.orders();
    revision->order_lines += block.lines();
    if (block.block.tickets != nullptr) revision->tickets += block.block.tickets->key.size();
    if (block.block.contracts != nullptr) revision->contracts += block.block.contracts->key.size();
    if (block.block.surveys != nullptr) revision->surveys += block.block.surveys->key.size();
    days.Add(block.days());
  }
  if (!days.empty()) {
    revision->first_event_day = days.first;
    revision->last_event_day = days.last;
  }
  return revision;
}

absl::StatusOr<std::unique_ptr<Editor>> Editor::Create(
    std::shared_ptr<const WorkspaceSettings> settings) {
  return Create(std::move(settings), BlockSizes());
}

absl::StatusOr<std::unique_ptr<Editor>> Editor::Create(
    std::shared_ptr<const WorkspaceSettings> settings, const BlockSizes& sizes) {
  STRATA_ASSIGN_OR_RETURN(
      Calendar calendar,
      Calendar::Create(settings->time_zone, settings->fiscal_first_month, settings->first_weekday));
  auto rep = std::make_unique<Rep>(std::move(settings), std::move(calendar), sizes);
  return std::unique_ptr<Editor>(new Editor(std::move(rep)));
}

Editor::Editor(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}
Editor::~Editor() = default;

void Editor::LoadCustomer(Slot slot, const Customer& customer, bool placeholder) {
  TextList& ids = rep_->dictionaries->customer_ids;
  while (ids.size() < slot) ids.Append("");
  ids.Append(customer.id);
  rep_->loader->AddCustomer(slot, customer, placeholder);
}

void Editor::LoadOrder(uint32_t key, Slot slot, const Order& order) {
  rep_->loader->AddOrder(key, slot, order);
}

void Editor::LoadTicket(uint32_t key, Slot slot, const Ticket& ticket) {
  rep_->loader->AddFact<TicketColumns>(key, slot, ticket);
}

void Editor::LoadContract(uint32_t key, Slot slot, const Contract& contract) {
  rep_->loader->AddFact<ContractColumns>(key, slot, contract);
}

void Editor::LoadSurvey(uint32_t key, Slot slot, const Survey& survey) {
  rep_->loader->AddFact<SurveyColumns>(key, slot, survey);
}

RevisionPtr Editor::Finish(int64_t revision_number, Millis commit_time) {
  rep_->blocks = rep_->loader->Finish();
  rep_->loader = nullptr;
  return rep_->Publish(revision_number, commit_time);
}

RevisionPtr Editor::Apply(const Changes& changes, int64_t revision_number, Millis commit_time) {
  if (changes.settings != nullptr) rep_->ChangeSettings(changes.settings);
  Application(rep_->blocks, rep_->sizes, rep_->coder).Run(changes.list);
  return rep_->Publish(revision_number, commit_time);
}

TextList& Editor::customer_ids() { return rep_->dictionaries->customer_ids; }

std::optional<AttributeKind> Editor::AttributeKindOf(absl::string_view key) const {
  const std::optional<Code> number = rep_->dictionaries->attributes.Find(key);
  if (!number.has_value() || *number == kAbsent) return std::nullopt;
  return rep_->coder.attribute_kinds()[*number];
}

uint32_t Editor::StatusRoom() const {
  const Code known = rep_->dictionaries->status.size();
  return known < Coder::kMaxStatuses ? Coder::kMaxStatuses - known : 0;
}

}  // namespace strata::image
