#ifndef STRATA_SERVER_ANALYTICS_CLASSES_ABC_H_
#define STRATA_SERVER_ANALYTICS_CLASSES_ABC_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/facts/sum_column.h"
#include "server/domain/money.h"
#include "server/domain/settings.h"
#include "server/image/dictionary.h"

// The built-in partition "abc": customers by positive revenue, highest first. A is the smallest set
// that makes 80% of it, B what is needed beyond A for 95%, C the rest; none are all others. The
// shares are the workspace's.

namespace strata::analytics::classes {

enum class Abc : uint32_t { kA = 1, kB = 2, kC = 3, kNone = 4 };

// Cumulative shares of revenue, in basis points.
struct AbcRule {
  int a_share_bp = 8'000;
  int b_share_bp = 9'500;

  AbcRule() = default;
  explicit AbcRule(const WorkspaceSettings& settings)
      : a_share_bp(settings.abc_a_share_bp), b_share_bp(settings.abc_b_share_bp) {}
};

// "A" ...; entry 0 is empty. By class.
absl::Span<const absl::string_view> AbcNames();

// The class of a customer with positive revenue, by the revenue of those before it: who crosses a
// mark still belongs to it.
Abc AbcClassOf(MicrosSum revenue_before, MicrosSum total, const AbcRule& rule);

// By slot, as TierPartition.
std::vector<uint32_t> AbcPartition(facts::SumView revenue, absl::Span<const uint8_t> present,
                                   const image::TextList& ids, const AbcRule& rule = {});

}  // namespace strata::analytics::classes

#endif  // STRATA_SERVER_ANALYTICS_CLASSES_ABC_H_
