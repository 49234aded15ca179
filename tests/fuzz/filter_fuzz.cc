// Feeds the filter parser with anything. What it takes must come back the same from its canonical
// spelling; what it refuses must say where.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/string_view.h"
#include "server/analytics/filter/filter.h"
#include "server/image/editor.h"

namespace strata::analytics {
namespace {

// The fields of a workspace with an attribute of each kind.
const FieldCatalogue& Catalogue() {
  static const FieldCatalogue* const catalogue = [] {
    auto editor = *image::Editor::Create(std::make_shared<const WorkspaceSettings>());
    const Attribute attributes[] = {
        {"beta", true}, {"plan", absl::string_view("gold")}, {"seats", 2.5}};
    Customer customer;
    customer.id = "a";
    customer.attributes = attributes;
    editor->LoadCustomer(0, customer, false);
    return new FieldCatalogue(*editor->Finish(1));
  }();
  return *catalogue;
}

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "filter_fuzz: %s\n", what);
  std::abort();
}

void Check(absl::string_view text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(text, Catalogue());
  if (!filter.ok()) {
    Require(filter.status().code() == absl::StatusCode::kInvalidArgument, "another error code");
    Require(filter.status().GetPayload(kFilterErrorPayload).has_value(), "no position");
    return;
  }
  const std::string canonical = filter->Canonical();
  const absl::StatusOr<Filter> again = Filter::Parse(canonical, Catalogue());
  Require(again.ok(), "the canonical spelling does not parse");
  Require(again->Canonical() == canonical, "the canonical spelling is not stable");
  Require(again->matches_all() == filter->matches_all(), "matches_all differs");
  Require(CustomerFieldsOf(*again) == CustomerFieldsOf(*filter), "the fields differ");
}

}  // namespace
}  // namespace strata::analytics

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  strata::analytics::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
