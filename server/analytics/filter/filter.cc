#include "server/analytics/filter/filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/filter/filter_lexer.h"
#include "server/analytics/filter/filter_node.h"
#include "server/base/status_macros.h"
#include "server/domain/unicode.h"

namespace strata::analytics::filter {
namespace {

using Node = Filter::Node;
using NodeKind = Filter::Node::Kind;
using TokenKind = FilterToken::Kind;

constexpr size_t kMostBytes = 8 << 10;
constexpr int kMostLevels = 64;
constexpr int kMostComparisons = 512;
constexpr size_t kShown = 64;  // bytes of a word in an error

// Recursive descent over
//   expression = factor { ["AND"] factor }
//   factor     = term { "OR" term }
//   term       = ["NOT" | "-"] term | "(" expression ")" | comparison
class FilterParser {
 public:
  FilterParser(absl::string_view text, const fields::FieldCatalogue& catalogue)
      : lexer_(text), catalogue_(catalogue) {}

  absl::StatusOr<Node> Parse() {
    STRATA_RETURN_IF_ERROR(Advance());
    STRATA_ASSIGN_OR_RETURN(Node root, Expression(0));
    if (token_.kind != TokenKind::kEnd) return Unexpected("AND, OR or the end");
    return root;
  }

 private:
  absl::StatusOr<Node> Expression(int level);
  absl::StatusOr<Node> Factor(int level);
  absl::StatusOr<Node> Term(int level);
  absl::StatusOr<Node> ComparisonTerm();
  absl::StatusOr<const fields::Field*> FindField(const FilterToken& word) const;
  // Refuses a word that connects comparisons in another spelling.
  absl::Status CheckConnector() const;
  // Says how to write what SQL writes with the word that stands in the place of an operator.
  absl::Status CheckForeignOperator(const fields::Field& field) const;

  absl::Status Advance(bool literal = false) {
    STRATA_ASSIGN_OR_RETURN(token_, lexer_.Next(literal));
    ++tokens_;
    return absl::OkStatus();
  }
  absl::Status Unexpected(absl::string_view expected) const {
    return FilterError(token_.position,
                       token_.kind == TokenKind::kEnd
                           ? absl::StrCat("expected ", expected, ", found the end of the filter")
                           : absl::StrCat("expected ", expected, ", found \"", token_.text, "\""));
  }
  absl::Status CheckLevel(int level) const {
    if (level <= kMostLevels) return absl::OkStatus();
    return FilterError(token_.position,
                       absl::StrCat("a filter is at most ", kMostLevels, " levels deep"));
  }

  FilterLexer lexer_;
  const fields::FieldCatalogue& catalogue_;
  FilterToken token_;  // the next one
  int tokens_ = 0;     // how many there were, with it
  // The last text that stands without quotes, and which token it is.
  std::pair<int, std::string> bare_value_;
  int comparisons_ = 0;
};

// Adds `child` to the terms of a node of `kind`; a child of the same kind gives its own terms.
void AddTerm(NodeKind kind, Node child, std::vector<Node>& terms) {
  if (child.kind != kind) {
    terms.push_back(std::move(child));
    return;
  }
  for (Node& term : child.children) terms.push_back(std::move(term));
}

Node Combine(NodeKind kind, std::vector<Node> terms) {
  if (terms.size() == 1) return std::move(terms.front());
  Node node;
  node.kind = kind;
  node.children = std::move(terms);
  return node;
}

Node Negated(Node term) {
  if (term.kind == NodeKind::kNot) {
    Node positive = std::move(term.children.front());
    return positive;
  }
  Node node;
  node.kind = NodeKind::kNot;
  node.children.push_back(std::move(term));
  return node;
}

absl::StatusOr<Node> FilterParser::Expression(int level) {
  std::vector<Node> terms;
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(Node factor, Factor(level));
    AddTerm(NodeKind::kAnd, std::move(factor), terms);
    if (token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kClose) break;
    if (token_.kind == TokenKind::kAnd) STRATA_RETURN_IF_ERROR(Advance());
  }
  return Combine(NodeKind::kAnd, std::move(terms));
}

absl::StatusOr<Node> FilterParser::Factor(int level) {
  std::vector<Node> terms;
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(Node term, Term(level));
    AddTerm(NodeKind::kOr, std::move(term), terms);
    if (token_.kind != TokenKind::kOr) break;
    STRATA_RETURN_IF_ERROR(Advance());
  }
  return Combine(NodeKind::kOr, std::move(terms));
}

absl::StatusOr<Node> FilterParser::Term(int level) {
  if (token_.kind == TokenKind::kNot || token_.kind == TokenKind::kMinus) {
    STRATA_RETURN_IF_ERROR(CheckLevel(level + 1));
    STRATA_RETURN_IF_ERROR(Advance());
    STRATA_ASSIGN_OR_RETURN(Node term, Term(level + 1));
    return Negated(std::move(term));
  }
  if (token_.kind == TokenKind::kOpen) {
    const size_t opened = token_.position;
    STRATA_RETURN_IF_ERROR(CheckLevel(level + 1));
    STRATA_RETURN_IF_ERROR(Advance());
    STRATA_ASSIGN_OR_RETURN(Node inner, Expression(level + 1));
    if (token_.kind != TokenKind::kClose) {
      return Unexpected(absl::StrCat("AND, OR or the \")\" of position ", opened));
    }
    STRATA_RETURN_IF_ERROR(Advance());
    return inner;
  }
  return ComparisonTerm();
}

absl::StatusOr<const fields::Field*> FilterParser::FindField(const FilterToken& word) const {
  for (const fields::Field& field : catalogue_.fields()) {
    if (field.id == word.text) return &field;
  }
  return FilterError(word.position,
                     absl::StrCat("there is no field \"", CutToValidUtf8(word.text, kShown), "\""),
                     catalogue_.Nearest(word.text));
}

absl::Status FilterParser::CheckConnector() const {
  const std::string upper = absl::AsciiStrToUpper(token_.text);
  if (upper == "AND" || upper == "OR" || upper == "NOT") {
    return FilterError(token_.position, absl::StrCat("write ", upper, " in capitals"));
  }
  if (upper == "&" || upper == "&&") return FilterError(token_.position, "write AND");
  return absl::OkStatus();
}

absl::Status FilterParser::CheckForeignOperator(const fields::Field& field) const {
  const std::string upper = absl::AsciiStrToUpper(token_.text);
  const std::string& id = field.id;
  std::string write;
  if (token_.kind == TokenKind::kNot || (upper == "NOT" && token_.kind == TokenKind::kWord)) {
    // Behind a boolean field it may begin the next comparison.
    if (field.type == fields::ValueType::kBoolean) return absl::OkStatus();
    write = absl::StrCat("NOT in front of the comparison: NOT ", id, " = \"...\"");
  } else if (token_.kind != TokenKind::kWord) {
    return absl::OkStatus();
  } else if (upper == "LIKE" || upper == "ILIKE" || upper == "CONTAINS" || upper == "MATCHES") {
    write = absl::StrCat(id, " = \"text*\" for a beginning, ", id, ":\"text\" for a part");
  } else if (upper == "IN") {
    write = absl::StrCat("(", id, " = \"a\" OR ", id, " = \"b\")");
  } else if (upper == "IS") {
    write = absl::StrCat(id, ":* for what is known, NOT ", id, ":* for what is not");
  } else if (upper == "BETWEEN") {
    write = absl::StrCat(id, " >= 1 AND ", id, " <= 2");
  } else {
    return absl::OkStatus();
  }
  return FilterError(token_.position,
                     absl::StrCat("\"", token_.text, "\" is no operator here; write ", write));
}

absl::StatusOr<Node> FilterParser::ComparisonTerm() {
  if (token_.kind == TokenKind::kString) {
    return FilterError(token_.position, "expected a field; names of fields have no quotes");
  }
  if (token_.kind != TokenKind::kWord) return Unexpected("a comparison");
  const FilterToken word = token_;
  if (++comparisons_ > kMostComparisons) {
    return FilterError(word.position,
                       absl::StrCat("a filter has at most ", kMostComparisons, " comparisons"));
  }
  STRATA_RETURN_IF_ERROR(CheckConnector());
  const absl::StatusOr<const fields::Field*> found = FindField(word);
  const bool behind_text = tokens_ == bare_value_.first + 1;
  if (!found.ok() && !behind_text) return found.status();
  STRATA_RETURN_IF_ERROR(Advance());
  if (!found.ok()) {
    if (token_.kind == TokenKind::kOperator) return found.status();
    return FilterError(word.position, absl::StrCat("a text of several words stands in quotes: \"",
                                                   bare_value_.second, " ",
                                                   CutToValidUtf8(word.text, kShown), "\""));
  }
  const fields::Field* const field = *found;
  Node node;
  if (token_.kind != TokenKind::kOperator) {
    STRATA_RETURN_IF_ERROR(CheckForeignOperator(*field));
    if (field->type != fields::ValueType::kBoolean) {
      return Unexpected(absl::StrCat("an operator after \"", field->id, "\""));
    }
    node.comparison = MakeTrueComparison(*field);
    return node;
  }
  const FilterToken op = token_;
  STRATA_RETURN_IF_ERROR(Advance(/*literal=*/true));
  if (token_.kind != TokenKind::kWord && token_.kind != TokenKind::kString) {
    return Unexpected(absl::StrCat("a value after \"", op.text, "\""));
  }
  STRATA_ASSIGN_OR_RETURN(node.comparison, MakeComparison(*field, op, token_));
  if (field->type == fields::ValueType::kText && token_.kind == TokenKind::kWord) {
    bare_value_ = {tokens_, CutToValidUtf8(token_.text, kShown)};
  }
  STRATA_RETURN_IF_ERROR(Advance());
  if (node.comparison.test == Comparison::Test::kKnown && node.comparison.negated) {
    node.comparison.negated = false;
    return Negated(std::move(node));
  }
  return node;
}

int LevelsOf(const Node& node) {
  int levels = 0;
  for (const Node& child : node.children) levels = std::max(levels, LevelsOf(child));
  return node.kind == NodeKind::kComparison ? 0 : levels + 1;
}

void Spell(const Node& node, std::string& text) {
  if (node.kind == NodeKind::kComparison) {
    text += node.comparison.spelling;
    return;
  }
  if (node.kind == NodeKind::kNot) {
    text += "NOT ";
    Spell(node.children.front(), text);
    return;
  }
  absl::string_view between = "(";
  for (const Node& child : node.children) {
    text.append(between.data(), between.size());
    Spell(child, text);
    between = node.kind == NodeKind::kAnd ? " AND " : " OR ";
  }
  text += ")";
}

void CollectFields(const Node& node, std::vector<const fields::Field*>& fields) {
  for (const Node& child : node.children) CollectFields(child, fields);
  if (node.kind != NodeKind::kComparison) return;
  if (std::find(fields.begin(), fields.end(), node.comparison.field) == fields.end()) {
    fields.push_back(node.comparison.field);
  }
}

}  // namespace

absl::StatusOr<Filter> Filter::Parse(absl::string_view text,
                                     const fields::FieldCatalogue& catalogue) {
  if (text.size() > kMostBytes) {
    return FilterError(kMostBytes, absl::StrCat("a filter has at most ", kMostBytes, " bytes"));
  }
  Filter filter;
  filter.catalogue_ = std::make_shared<const fields::FieldCatalogue>(catalogue);
  if (absl::StripAsciiWhitespace(text).empty()) return filter;
  FilterParser parser(text, *filter.catalogue_);
  STRATA_ASSIGN_OR_RETURN(Node root, parser.Parse());
  // The canonical text has a level for every AND and OR, written or not, and must parse again.
  if (LevelsOf(root) > kMostLevels) {
    return FilterError(0, absl::StrCat("a filter is at most ", kMostLevels, " levels deep"));
  }
  CollectFields(root, filter.fields_);
  filter.root_ = std::make_shared<const Node>(std::move(root));
  if (filter.Canonical().size() > kMostBytes) {
    return FilterError(0, absl::StrCat("the filter has more than ", kMostBytes,
                                       " bytes when it is written out in full"));
  }
  return filter;
}

std::string Filter::Canonical() const {
  std::string text;
  if (root_ != nullptr) Spell(*root_, text);
  return text;
}

FilterGrain GrainOf(const Filter::Node& node) {
  if (node.kind == NodeKind::kComparison) {
    const fields::Grain grain = node.comparison.field->grain;
    return grain == fields::Grain::kCustomer ? FilterGrain::kCustomer
           : grain == fields::Grain::kLine   ? FilterGrain::kLine
                                             : FilterGrain::kRow;
  }
  FilterGrain finest = FilterGrain::kCustomer;
  for (const Node& child : node.children) finest = std::max(finest, GrainOf(child));
  return finest;
}

std::vector<std::string> CustomerFieldsOf(const Filter& filter) {
  std::vector<std::string> ids;
  for (const fields::Field* field : filter.fields()) {
    if (field->grain == fields::Grain::kCustomer) ids.push_back(field->id);
  }
  return ids;
}

}  // namespace strata::analytics::filter
