#include "server/analytics/kpi/scan/order_rows.h"

#include <algorithm>
#include <utility>

namespace strata::analytics::kpi {
namespace {

// See OrderIndexer::key_of_day_.
template <typename Key>
std::vector<Key> KeysOfDays(const ScanInput& input) {
  std::vector<Key> keys;
  for (Day day = input.window.from; day <= input.window.to; ++day) {
    const uint64_t key = input.space->KeyOf(0, input.space->time().GroupOf(day));
    keys.push_back(static_cast<Key>(key + 1));
  }
  keys.push_back(0);
  return keys;
}

void DropUnmatched(const std::vector<uint8_t>& mask, size_t rows, uint32_t* keys) {
  for (size_t row = 0; row < rows; ++row) keys[row] &= -static_cast<uint32_t>(mask[row]);
}

void DropUnmatched(const std::vector<uint8_t>& mask, size_t rows, uint64_t* keys) {
  for (size_t row = 0; row < rows; ++row) keys[row] &= -static_cast<uint64_t>(mask[row]);
}

}  // namespace

OrderIndexer::OrderIndexer(const ScanInput& input, GroupIds* ids)
    : input_(input),
      ids_(ids),
      by_line_(input.space->has_line_axis() ||
               (input.filter != nullptr && input.filter->has_line_part())),
      need_all_(input.measures.HasAny(kAnyStatusMeasures)),
      need_recognised_(!input.measures.IsWithin(kAnyStatusMeasures)) {
  if (ids_->dense()) {
    small_key_of_day_ = KeysOfDays<uint32_t>(input);
  } else {
    key_of_day_ = KeysOfDays<uint64_t>(input);
  }
}

template <typename Key>
void OrderIndexer::AddAxes(const image::OrderRun& run, bool of_lines, size_t rows, Key* keys) {
  fields::FactRows facts;
  facts.orders = &run;
  for (const RowAxis& axis : input_.space->rows()) {
    if (axis.of_lines != of_lines) continue;
    codes_.resize(rows);
    // Codes of lines are asked for by order; see RowField::Codes.
    axis.field->Codes(facts, 0, static_cast<uint32_t>(rows), codes_.data());
    const auto stride = static_cast<Key>(axis.stride);
    for (size_t row = 0; row < rows; ++row) {
      keys[row] += keys[row] == 0 ? Key{0} : static_cast<Key>(codes_[row]) * stride;
    }
  }
}

template <typename Key>
void OrderIndexer::OrderKeys(const image::Block& block, const image::OrderRun& run,
                             const std::vector<Key>& key_of_day, std::vector<Key>* keys) {
  keys->resize(run.orders);
  Key* const out = keys->data();
  const Key* const table = key_of_day.data();
  const auto outside = static_cast<uint32_t>(key_of_day.size() - 1);
  const auto from = static_cast<uint32_t>(input_.window.from);
  const CustomerGroups& groups = input_.space->customers();
  const bool everyone = groups.of_slot().empty();
  int64_t in_window = 0;
  for (size_t customer = 0; customer < run.customers; ++customer) {
    const uint32_t begin = run.begin[customer], end = run.begin[customer + 1];
    const uint32_t group =
        everyone ? 0 : groups.of_slot()[block.first_slot + static_cast<uint32_t>(customer)];
    const bool none = group == CustomerGroups::kNone;
    const Key base = none ? 0 : static_cast<Key>(input_.space->KeyOf(group, 0));
    const Key keep = none ? 0 : ~Key{0};
    for (uint32_t row = begin; row < end; ++row) {
      // A day before the window wraps to a large number.
      const uint32_t offset = static_cast<uint32_t>(run.day[row]) - from;
      const Key key = table[std::min(offset, outside)];
      const Key in = key != 0 ? ~Key{0} : 0;
      in_window += key != 0;
      out[row] = (key + base) & in & keep;
    }
  }
  counts_.in_window += in_window;
  AddAxes(run, /*of_lines=*/false, run.orders, out);
  if (input_.filter != nullptr && input_.filter->has_order_part()) {
    fields::FactRows facts;
    facts.orders = &run;
    mask_.resize(run.orders);
    input_.filter->MatchRows(facts, block.first_slot, 0, static_cast<uint32_t>(run.orders),
                             mask_.data());
    DropUnmatched(mask_, run.orders, out);
  }
}

template <typename Key>
void OrderIndexer::LineKeys(const image::Block& block, const image::OrderRun& run,
                            const std::vector<Key>& order_keys, std::vector<Key>* keys) {
  keys->resize(run.lines);
  if (run.line_begin == nullptr) {
    std::copy(order_keys.begin(), order_keys.begin() + run.lines, keys->begin());
  } else {
    for (size_t order = 0; order < run.orders; ++order) {
      std::fill(keys->begin() + run.line_begin[order], keys->begin() + run.line_begin[order + 1],
                order_keys[order]);
    }
  }
  AddAxes(run, /*of_lines=*/true, run.lines, keys->data());
  if (input_.filter != nullptr && input_.filter->has_line_part()) {
    fields::FactRows facts;
    facts.orders = &run;
    mask_.resize(run.lines);
    input_.filter->MatchLines(facts, block.first_slot, 0, static_cast<uint32_t>(run.orders),
                              mask_.data());
    DropUnmatched(mask_, run.lines, keys->data());
  }
}

void OrderIndexer::IdsOf(const std::vector<uint64_t>& keys, std::vector<uint32_t>* ids) {
  ids->resize(keys.size());
  uint64_t last_key = 0;
  uint32_t last_id = kNoGroupId;
  for (size_t row = 0; row < keys.size(); ++row) {
    if (keys[row] != last_key) {
      last_key = keys[row];
      last_id = last_key == 0 ? kNoGroupId : ids_->IdOf(last_key - 1);
    }
    (*ids)[row] = last_id;
  }
}

OrderRows OrderIndexer::Index(const image::Block& block, const image::OrderRun& run, size_t place) {
  Buffers& buffers = buffers_[place];
  const bool lines_differ = by_line_ || run.line_begin != nullptr;
  if (ids_->dense()) {
    OrderKeys(block, run, small_key_of_day_, &buffers.order_ids);
    if (lines_differ) LineKeys(block, run, buffers.order_ids, &buffers.line_ids);
  } else {
    OrderKeys(block, run, key_of_day_, &keys_);
    if (lines_differ) {
      LineKeys(block, run, keys_, &line_keys_);
      IdsOf(line_keys_, &buffers.line_ids);
    }
    if (!by_line_) IdsOf(keys_, &buffers.order_ids);
  }
  OrderRows rows;
  rows.run = &run;
  if (by_line_ && run.line_begin == nullptr) buffers.order_ids = buffers.line_ids;
  if (by_line_ && run.line_begin != nullptr) {
    MakeEntries(block, run, &buffers, &rows);
  } else {
    rows.entries = run.orders;
    rows.begin = run.begin;
    rows.day = run.day;
    rows.all = buffers.order_ids.data();
  }
  rows.line_all = lines_differ ? buffers.line_ids.data() : rows.all;
  if (need_recognised_) {
    MakeRecognised(run, &buffers, &rows);
    MakePurchases(&buffers, &rows);
  }
  Count(rows);
  if (!need_all_) rows.all = rows.line_all = nullptr;
  return rows;
}

// One entry for each distinct group among an order's lines, in the order in which they appear.
void OrderIndexer::MakeEntries(const image::Block& block, const image::OrderRun& run,
                               Buffers* buffers, OrderRows* rows) {
  buffers->entry_begin.clear();
  buffers->entry_order.clear();
  buffers->entry_ids.clear();
  buffers->entry_day.clear();
  seen_.resize(ids_->size(), 0);
  for (size_t customer = 0; customer < run.customers; ++customer) {
    buffers->entry_begin.push_back(static_cast<uint32_t>(buffers->entry_ids.size()));
    for (uint32_t order = run.begin[customer]; order < run.begin[customer + 1]; ++order) {
      if (++stamp_ == 0) {  // wrapped
        std::fill(seen_.begin(), seen_.end(), 0u);
        ++stamp_;
      }
      for (uint32_t line = run.line_begin[order]; line < run.line_begin[order + 1]; ++line) {
        const uint32_t id = buffers->line_ids[line];
        if (id == kNoGroupId || std::exchange(seen_[id], stamp_) == stamp_) continue;
        buffers->entry_ids.push_back(id);
        buffers->entry_order.push_back(order);
        buffers->entry_day.push_back(run.day[order]);
      }
    }
  }
  buffers->entry_begin.push_back(static_cast<uint32_t>(buffers->entry_ids.size()));
  rows->entries = buffers->entry_ids.size();
  rows->begin = buffers->entry_begin.data();
  rows->day = buffers->entry_day.data();
  rows->order = buffers->entry_order.data();
  rows->all = buffers->entry_ids.data();
}

void OrderIndexer::MakeRecognised(const image::OrderRun& run, Buffers* buffers, OrderRows* rows) {
  const uint8_t* const excluded = input_.revision->excluded_status.data();
  std::vector<uint32_t>& entries =
      rows->order == nullptr ? buffers->order_recognised : buffers->entry_recognised;
  entries.resize(rows->entries);
  for (size_t entry = 0; entry < rows->entries; ++entry) {
    const uint32_t keep = excluded[run.status[rows->OrderOf(entry)]] != 0 ? 0 : ~uint32_t{0};
    entries[entry] = rows->all[entry] & keep;
  }
  rows->recognised = entries.data();
  if (rows->line_all == rows->all) {
    rows->line_recognised = rows->recognised;
    return;
  }
  buffers->line_recognised.resize(run.lines);
  for (size_t order = 0; order < run.orders; ++order) {
    const uint32_t keep = excluded[run.status[order]] != 0 ? 0 : ~uint32_t{0};
    for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
      buffers->line_recognised[line] = rows->line_all[line] & keep;
    }
  }
  rows->line_recognised = buffers->line_recognised.data();
}

void OrderIndexer::MakePurchases(Buffers* buffers, OrderRows* rows) {
  const uint8_t* const is_return = rows->run->is_return;
  if (is_return == nullptr) {
    rows->purchases = rows->recognised;
    return;
  }
  buffers->purchases.resize(rows->entries);
  for (size_t entry = 0; entry < rows->entries; ++entry) {
    const uint32_t keep = is_return[rows->OrderOf(entry)] != 0 ? 0 : ~uint32_t{0};
    buffers->purchases[entry] = rows->recognised[entry] & keep;
  }
  rows->purchases = buffers->purchases.data();
}

// Counts orders, not entries: an order in several groups is one record.
void OrderIndexer::Count(const OrderRows& rows) {
  int64_t matched = 0, recognised = 0, returns = 0;
  uint32_t last = ~uint32_t{0};
  for (size_t entry = 0; entry < rows.entries; ++entry) {
    if (rows.order != nullptr) {
      if (rows.order[entry] == last) continue;
      last = rows.order[entry];
    }
    matched += rows.all[entry] != kNoGroupId;
    if (rows.recognised == nullptr) continue;
    recognised += rows.recognised[entry] != kNoGroupId;
    returns += rows.recognised[entry] != rows.purchases[entry];
  }
  counts_.matched += matched;
  counts_.used += need_all_ ? matched : recognised;
  counts_.returns += returns;
}

void IndexFacts(const ScanInput& input, const image::Block& block, const FactColumns& columns,
                GroupIds* group_ids, std::vector<uint32_t>* ids, ScanCounts* counts) {
  const size_t rows = columns.day.size();
  ids->assign(rows, kNoGroupId);
  std::vector<uint64_t> keys(rows, 0);  // key + 1
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    const uint32_t group = input.space->customers().GroupOf(block.first_slot + customer);
    for (uint32_t row = columns.begin[customer]; row < columns.begin[customer + 1]; ++row) {
      if (!input.window.Contains(columns.day[row])) continue;
      ++counts->in_window;
      if (group == CustomerGroups::kNone) continue;
      keys[row] = input.space->KeyOf(group, input.space->time().GroupOf(columns.day[row])) + 1;
    }
  }
  std::vector<uint32_t> codes(rows);
  for (const RowAxis& axis : input.space->rows()) {
    axis.field->Codes(columns.rows, 0, static_cast<uint32_t>(rows), codes.data());
    for (size_t row = 0; row < rows; ++row) {
      if (keys[row] != 0) keys[row] += codes[row] * axis.stride;
    }
  }
  if (input.filter != nullptr && input.filter->has_order_part()) {
    std::vector<uint8_t> mask(rows);
    input.filter->MatchRows(columns.rows, block.first_slot, 0, static_cast<uint32_t>(rows),
                            mask.data());
    for (size_t row = 0; row < rows; ++row) {
      if (mask[row] == 0) keys[row] = 0;
    }
  }
  for (size_t row = 0; row < rows; ++row) {
    if (keys[row] == 0) continue;
    (*ids)[row] = group_ids->IdOf(keys[row] - 1);
    ++counts->matched;
  }
}

}  // namespace strata::analytics::kpi
