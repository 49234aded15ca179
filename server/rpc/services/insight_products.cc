// Product affinity and white space: analytics in, protobuf out.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/products/affinity.h"
#include "server/analytics/insight/products/baskets.h"
#include "server/analytics/insight/products/white_space.h"
#include "server/analytics/segment/population.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/customer_list.h"
#include "server/rpc/services/customer_search.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

// A rule that a single basket supports is no rule, however small min_support makes that of few
// baskets.
constexpr size_t kFewestBaskets = 2;

struct Question {
  analytics::insight::BasketKind basket = analytics::insight::BasketKind::kOrder;
  analytics::insight::ItemKind item = analytics::insight::ItemKind::kProduct;
  analytics::insight::AffinityOptions options;
  size_t limit = 0;
};

absl::StatusOr<Question> QuestionFrom(const v1::RecommendProductsRequest& request) {
  Question question;
  if (!v1::BasketKind_IsValid(request.basket())) {
    return FieldError("basket",
                      absl::StrCat(static_cast<int>(request.basket()), " is none of its values"));
  }
  if (request.basket() == v1::BASKET_KIND_CUSTOMER) {
    question.basket = analytics::insight::BasketKind::kCustomer;
  }
  if (request.by_product_line()) question.item = analytics::insight::ItemKind::kProductLine;
  analytics::insight::AffinityOptions& options = question.options;
  STRATA_ASSIGN_OR_RETURN(options.min_support,
                          InRange("min_support", request.min_support(), 0.001, 1e-6, 1.0));
  STRATA_ASSIGN_OR_RETURN(options.min_confidence,
                          InRange("min_confidence", request.min_confidence(), 0.5, 1e-6, 1.0));
  STRATA_ASSIGN_OR_RETURN(options.max_items, InRange("max_items", request.max_items(), 3, 2, 6));
  options.min_count = kFewestBaskets;
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 50, 1, 10'000));
  question.limit = static_cast<size_t>(limit);
  return question;
}

void ToProto(const analytics::insight::AffinityRule& rule, const std::vector<std::string>& names,
             v1::AffinityRule* out) {
  for (const uint32_t item : rule.antecedent) out->add_antecedent(names[item]);
  out->set_consequent(names[rule.consequent]);
  out->set_count(rule.count);
  out->set_support(rule.support);
  out->set_confidence(rule.confidence);
  out->set_lift(rule.lift);
}

// How similar customers were found, or why there are none.
std::string NoteOn(const analytics::insight::WhiteSpace& white_space, const std::string& customer,
                   absl::string_view item) {
  const std::string days =
      absl::StrCat(FormatDay(white_space.days.from), " to ", FormatDay(white_space.days.to));
  if (white_space.bought == 0) {
    return absl::StrCat("customer ", customer, " bought nothing with a known ", item, " from ",
                        days, ", so nobody is similar");
  }
  if (white_space.similar == 0) {
    return absl::StrCat("no other customer bought a ", item, " of customer ", customer, " from ",
                        days);
  }
  return absl::StrCat("white space: the ", white_space.similar,
                      " customers nearest by the cosine of their spending by ", item, ", ", days,
                      " (least similarity ", white_space.least_similarity, ")");
}

}  // namespace

absl::Status InsightHandlers::RecommendProducts(const CallContext& call,
                                                const v1::RecommendProductsRequest& request,
                                                v1::RecommendProductsResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const Question question, QuestionFrom(request));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::fields::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  std::optional<image::Slot> customer;
  if (!request.customer().empty()) {
    customer = FindCustomer(revision, request.customer());
    if (!customer.has_value()) return NoCustomer(revision, request.customer());
  }
  STRATA_ASSIGN_OR_RETURN(analytics::segment::Population population,
                          analytics::segment::SelectCustomers(scope, {}));
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::NamedBaskets baskets,
                          analytics::insight::CollectBaskets(scope, population.include,
                                                             question.basket, question.item));
  const absl::StatusOr<std::vector<analytics::insight::AffinityRule>> mined =
      analytics::insight::MineAffinityRules(baskets.baskets, question.options, scope.stop);
  // Asking again would not help, as it does where the server is short of something.
  if (mined.status().code() == absl::StatusCode::kResourceExhausted) {
    return FieldError("min_support", mined.status().message());
  }
  STRATA_RETURN_IF_ERROR(mined.status());
  const std::vector<analytics::insight::AffinityRule>& rules = *mined;

  const absl::string_view item =
      question.item == analytics::insight::ItemKind::kProduct ? "product" : "product line";
  analytics::fields::ResultInfo& info = population.info;
  info.records_used = static_cast<int64_t>(baskets.baskets.size());
  if (baskets.left_out > 0) {
    info.left_out.push_back({absl::StrCat("baskets without a known ", item), baskets.left_out});
  }
  info.notes.push_back("returns are no purchases; a rule rests on two baskets or more");
  if (customer.has_value()) {
    analytics::insight::WhiteSpaceOptions options;
    options.item = question.item;
    STRATA_ASSIGN_OR_RETURN(
        const analytics::insight::WhiteSpace white_space,
        analytics::insight::FindWhiteSpace(scope, population.include, *customer, options));
    info.notes.push_back(NoteOn(white_space, request.customer(), item));
    for (const analytics::insight::WhiteSpace::Item& found : white_space.items) {
      if (static_cast<size_t>(response->white_space_size()) == question.limit) break;
      v1::WhiteSpace* made = response->add_white_space();
      made->set_product(found.name);
      made->set_share_of_similar(found.share_of_similar);
      if (found.expected_value.has_value()) {
        ToProto(*found.expected_value, made->mutable_expected_value());
      } else {
        made->mutable_expected_value()->set_null(v1::NULL_REASON_OUT_OF_RANGE);
      }
      for (const std::string& name : found.because) made->add_because(name);
    }
  }
  rpc::ToProto(revision, info, response->mutable_meta());
  SetCoverage(
      info.customers_used, info.records_used, baskets.left_out,
      baskets.baskets.size() == 0 ? absl::StrCat("no purchase in the range names a ", item) : "",
      response->mutable_coverage());
  response->set_baskets(static_cast<int64_t>(baskets.baskets.size()));
  response->set_items(baskets.baskets.items);
  response->set_total_rules(static_cast<int64_t>(rules.size()));
  for (size_t i = 0; i < std::min(rules.size(), question.limit); ++i) {
    ToProto(rules[i], baskets.names, response->add_rules());
  }
  return absl::OkStatus();
}

}  // namespace strata::rpc
