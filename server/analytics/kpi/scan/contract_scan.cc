#include <algorithm>
#include <vector>

#include "server/analytics/facts/contract_terms.h"
#include "server/analytics/kpi/scan/group_sums.h"

// Contracts in force on a day, and what changed between two days.

namespace strata::analytics::kpi {
namespace {

using M = Measure;

// The row part of the keys of a block's contracts; ~0 where the filter drops the contract.
constexpr uint64_t kDropped = ~uint64_t{0};
std::vector<uint64_t> RowKeys(const ScanInput& input, const image::Block& block) {
  const auto count = static_cast<uint32_t>(block.contracts->key.size());
  fields::FactRows rows;
  rows.contracts = block.contracts.get();
  std::vector<uint64_t> keys(count, 0);
  std::vector<uint32_t> codes(count);
  for (const RowAxis& axis : input.space->rows()) {
    axis.field->Codes(rows, 0, count, codes.data());
    for (uint32_t row = 0; row < count; ++row) keys[row] += codes[row] * axis.stride;
  }
  if (input.filter != nullptr && input.filter->has_order_part()) {
    std::vector<uint8_t> mask(count);
    input.filter->MatchRows(rows, block.first_slot, 0, count, mask.data());
    for (uint32_t row = 0; row < count; ++row) {
      if (mask[row] == 0) keys[row] = kDropped;
    }
  }
  return keys;
}

void MarkUsed(const ScanInput& input, const image::Block& block, uint32_t row) {
  if (input.used == nullptr) return;
  input.used->Add(image::Feed::kContracts, block, block.contracts->key.size(), row);
}

// One customer's contracts on one day.
struct Standing {
  int64_t contracts = 0;
  MicrosSum value = 0;
};

Standing StandingOn(const facts::ContractRule& rule,
                    absl::Span<const facts::ContractTerms> contracts, Day day) {
  Standing standing;
  for (size_t i = 0; i < contracts.size(); ++i) {
    if (!rule.InForce(contracts, i, day)) continue;
    ++standing.contracts;
    standing.value += contracts[i].annual_value;
  }
  return standing;
}

// Whether a contract that counts had begun before `day`.
bool HadContractBefore(absl::Span<const facts::ContractTerms> contracts, Day day) {
  for (const facts::ContractTerms& contract : contracts) {
    if (!contract.excluded) return contract.start_date < day;  // the first of them to start
  }
  return false;
}

// `known`: the customer had a contract at some time up to the start.
void AddMovement(const Standing& start, const Standing& end, bool known, uint32_t id,
                 GroupSums* sums) {
  if (start.contracts == 0 && end.contracts == 0) return;
  sums->Add(M::kContractCustomers, id, 1);
  sums->Add(M::kRecurringEnd, id, end.value);
  if (start.contracts == 0) {
    sums->Add(known ? M::kRecurringReactivation : M::kRecurringNew, id, end.value);
    return;
  }
  sums->Add(M::kContractCustomersStart, id, 1);
  sums->Add(M::kRecurringStart, id, start.value);
  sums->Add(M::kRecurringRetained, id, end.value);
  if (end.contracts == 0) {
    sums->Add(M::kContractCustomersLost, id, 1);
    sums->Add(M::kRecurringChurn, id, -start.value);
    sums->Add(M::kRecurringKept, id, std::min<MicrosSum>(start.value, 0));
    return;
  }
  const MicrosSum change = end.value - start.value;
  sums->Add(change > 0 ? M::kRecurringExpansion : M::kRecurringContraction, id, change);
  sums->Add(M::kRecurringKept, id, std::min(start.value, end.value));
}

// The day of the customer's last purchase at or before `day`; kNoDay without one.
Day LastPurchaseBy(const image::Revision& revision, absl::Span<const image::OrderRun> runs,
                   uint32_t customer, Day day) {
  Day last = kNoDay;
  for (const image::OrderRun& run : runs) {
    const Day* const begin = run.day + run.begin[customer];
    const Day* at = std::upper_bound(begin, run.day + run.begin[customer + 1], day);
    while (at != begin && !revision.IsPurchase(run, static_cast<size_t>(at - 1 - run.day))) --at;
    if (at != begin) last = std::max(last, at[-1]);
  }
  return last;
}

}  // namespace

absl::StatusOr<ScanResult> ScanContracts(const ScanInput& input) {
  const std::vector<TimeSpan> spans = SpansOf(input);
  const facts::ContractRule rule(*input.revision->settings, input.as_of);
  return ScanGroupSums(
      input, Facts::kContracts, M::kContracts,
      [&](size_t, const image::Block& block, GroupSums* sums) {
        if (block.contracts == nullptr) return;
        const image::ContractColumns& contracts = *block.contracts;
        const std::vector<uint64_t> row_keys = RowKeys(input, block);
        const std::vector<facts::ContractTerms> terms = facts::TermsOf(*input.revision, contracts);
        for (uint32_t customer = 0; customer < block.customers; ++customer) {
          const uint32_t group = input.space->customers().GroupOf(block.first_slot + customer);
          const absl::Span<const facts::ContractTerms> own =
              facts::OfCustomer(contracts, terms, customer);
          const uint32_t begin = contracts.begin[customer];
          for (uint32_t row = begin; row < contracts.begin[customer + 1]; ++row) {
            const bool matches = group != CustomerGroups::kNone && row_keys[row] != kDropped;
            bool in_force = false;
            for (const TimeSpan& span : spans) {
              if (!rule.InForce(own, row - begin, span.last)) continue;
              in_force = true;
              if (!matches) break;
              const uint32_t id =
                  sums->ids().IdOf(input.space->KeyOf(group, span.time_group) + row_keys[row]);
              sums->Add(M::kContracts, id, 1);
              sums->Add(M::kContractValue, id, contracts.annual_value[row]);
            }
            sums->counts() += {in_force, in_force && matches, in_force && matches};
            if (in_force && matches) MarkUsed(input, block, row);
          }
        }
      });
}

absl::StatusOr<ScanResult> ScanMovements(const ScanInput& input) {
  const std::vector<TimeSpan> spans = SpansOf(input);
  const facts::ContractRule rule(*input.revision->settings, input.as_of);
  return ScanGroupSums(
      input, Facts::kMovements, M::kContractCustomers,
      [&](size_t, const image::Block& block, GroupSums* sums) {
        if (block.contracts == nullptr) return;
        const std::vector<facts::ContractTerms> terms =
            facts::TermsOf(*input.revision, *block.contracts);
        for (uint32_t customer = 0; customer < block.customers; ++customer) {
          const absl::Span<const facts::ContractTerms> own =
              facts::OfCustomer(*block.contracts, terms, customer);
          if (own.empty()) continue;
          const uint32_t group = input.space->customers().GroupOf(block.first_slot + customer);
          const bool matches = group != CustomerGroups::kNone;
          for (const TimeSpan& span : spans) {
            const Standing before = StandingOn(rule, own, span.first - 1);
            const Standing after = StandingOn(rule, own, span.last);
            if (!matches) continue;
            AddMovement(before, after, HadContractBefore(own, span.first),
                        sums->ids().IdOf(input.space->KeyOf(group, span.time_group)), sums);
          }
          for (size_t i = 0; i < own.size(); ++i) {
            const bool involved =
                std::any_of(spans.begin(), spans.end(), [&](const TimeSpan& span) {
                  return rule.InForce(own, i, span.first - 1) || rule.InForce(own, i, span.last);
                });
            sums->counts() += {involved, involved && matches, involved && matches};
            if (involved && matches) {
              MarkUsed(input, block, block.contracts->begin[customer] + static_cast<uint32_t>(i));
            }
          }
        }
      });
}

absl::StatusOr<ScanResult> ScanInactivity(const ScanInput& input) {
  const std::vector<TimeSpan> spans = SpansOf(input);
  const int window = input.revision->settings->inactivity_days;
  const facts::ContractRule rule(*input.revision->settings, input.as_of);
  std::vector<image::OrderRuns> order_runs(ScanWorkers());
  return ScanGroupSums(
      input, Facts::kInactivity, M::kOrderedBefore,
      [&](size_t worker, const image::Block& block, GroupSums* sums) {
        const absl::Span<const image::OrderRun> runs = order_runs[worker].Of(block);
        std::vector<facts::ContractTerms> terms;
        if (block.contracts != nullptr) terms = facts::TermsOf(*input.revision, *block.contracts);
        for (uint32_t customer = 0; customer < block.customers; ++customer) {
          const uint32_t group = input.space->customers().GroupOf(block.first_slot + customer);
          if (group == CustomerGroups::kNone) continue;
          bool counted = false;
          for (const TimeSpan& span : spans) {
            const Day last = LastPurchaseBy(*input.revision, runs, customer, span.last);
            if (last == kNoDay) continue;
            if (block.contracts != nullptr &&
                StandingOn(rule, facts::OfCustomer(*block.contracts, terms, customer), span.last)
                        .contracts > 0) {
              continue;
            }
            const uint32_t id = sums->ids().IdOf(input.space->KeyOf(group, span.time_group));
            sums->Add(M::kOrderedBefore, id, 1);
            if (span.last - last > window) sums->Add(M::kInactive, id, 1);
            counted = true;
          }
          sums->counts() += {counted, counted, counted};
        }
      });
}

absl::StatusOr<ScanResult> ScanCustomers(const ScanInput& input) {
  return ScanGroupSums(input, Facts::kCustomers, M::kCustomers,
                       [&](size_t, const image::Block& block, GroupSums* sums) {
                         for (image::Slot slot = block.first_slot;
                              slot < block.first_slot + block.customers; ++slot) {
                           const uint32_t group = input.space->customers().GroupOf(slot);
                           if (group == CustomerGroups::kNone || (*input.exists)[slot] == 0)
                             continue;
                           sums->Add(M::kCustomers, sums->ids().IdOf(input.space->KeyOf(group, 0)),
                                     1);
                         }
                       });
}

}  // namespace strata::analytics::kpi
