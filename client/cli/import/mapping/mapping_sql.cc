#include "client/cli/import/mapping/mapping_sql.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace strata::imports {
namespace {

enum class Kind : uint8_t { kWord, kName, kNumber, kString, kSymbol, kEnd };

struct Token {
  Kind kind = Kind::kEnd;
  absl::string_view before;  // white space and comments in front
  absl::string_view text;
};

bool IsWordByte(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

size_t SkipBlanks(absl::string_view sql, size_t at) {
  while (at < sql.size()) {
    if (absl::ascii_isspace(static_cast<unsigned char>(sql[at]))) {
      ++at;
    } else if (absl::StartsWith(sql.substr(at), "--")) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (absl::StartsWith(sql.substr(at), "/*")) {
      const size_t end = sql.find("*/", at + 2);
      at = end == absl::string_view::npos ? sql.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

// Behind the quoted text that begins at `at`; doubled quotes are part of it.
size_t SkipQuoted(absl::string_view sql, size_t at) {
  const char close = sql[at] == '[' ? ']' : sql[at];
  for (++at; at < sql.size(); ++at) {
    if (sql[at] != close) continue;
    if (close == ']' || at + 1 == sql.size() || sql[at + 1] != close) return at + 1;
    ++at;
  }
  return at;
}

size_t SkipNumber(absl::string_view sql, size_t at) {
  while (at < sql.size()) {
    const auto c = static_cast<unsigned char>(sql[at]);
    const bool sign = (c == '+' || c == '-') && (sql[at - 1] == 'e' || sql[at - 1] == 'E');
    if (!absl::ascii_isalnum(c) && c != '.' && c != '_' && !sign) break;
    ++at;
  }
  return at;
}

std::vector<Token> Tokenise(absl::string_view sql) {
  constexpr absl::string_view kLongSymbols[] = {
      "->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"};
  std::vector<Token> tokens;
  size_t at = 0;
  while (true) {
    const size_t begin = SkipBlanks(sql, at);
    Token token{Kind::kEnd, sql.substr(at, begin - at), ""};
    if (begin == sql.size()) {
      tokens.push_back(token);
      return tokens;
    }
    const auto c = static_cast<unsigned char>(sql[begin]);
    const bool next_digit =
        begin + 1 < sql.size() && absl::ascii_isdigit(static_cast<unsigned char>(sql[begin + 1]));
    size_t end = begin + 1;
    if (c == '\'') {
      token.kind = Kind::kString;
      end = SkipQuoted(sql, begin);
    } else if (c == '"' || c == '`' || c == '[') {
      token.kind = Kind::kName;
      end = SkipQuoted(sql, begin);
    } else if (absl::ascii_isdigit(c) || (c == '.' && next_digit)) {
      token.kind = Kind::kNumber;
      end = SkipNumber(sql, begin);
    } else if (IsWordByte(c) || c == '?' || c == ':' || c == '@') {
      token.kind = Kind::kWord;
      while (end < sql.size() && IsWordByte(static_cast<unsigned char>(sql[end]))) ++end;
      if (end - begin == 1 && (c == 'x' || c == 'X') && end < sql.size() && sql[end] == '\'') {
        token.kind = Kind::kString;  // a blob
        end = SkipQuoted(sql, end);
      }
    } else {
      token.kind = Kind::kSymbol;
      for (const absl::string_view symbol : kLongSymbols) {
        if (!absl::StartsWith(sql.substr(begin), symbol)) continue;
        end = begin + symbol.size();
        break;
      }
    }
    token.text = sql.substr(begin, end - begin);
    tokens.push_back(token);
    at = end;
  }
}

// Words that no operand begins or ends with, so that a sign or a star behind them is no operator.
bool IsKeyword(absl::string_view word) {
  static const auto* const words = new absl::flat_hash_set<std::string>(
      {"ALL",       "AND",      "AS",        "BETWEEN", "BY",     "CASE",   "COLLATE",   "CROSS",
       "DEFAULT",   "DISTINCT", "ELSE",      "END",     "ESCAPE", "EXCEPT", "FILTER",    "FROM",
       "FULL",      "GLOB",     "GROUP",     "HAVING",  "IN",     "INNER",  "INTERSECT", "INTO",
       "IS",        "ISNULL",   "JOIN",      "LEFT",    "LIKE",   "LIMIT",  "MATCH",     "NATURAL",
       "NOT",       "NOTNULL",  "OFFSET",    "ON",      "OR",     "ORDER",  "OUTER",     "OVER",
       "PARTITION", "REGEXP",   "RETURNING", "RIGHT",   "SELECT", "SET",    "THEN",      "UNION",
       "USING",     "VALUES",   "WHEN",      "WHERE",   "WINDOW", "WITH"});
  return words->contains(absl::AsciiStrToUpper(word));
}

constexpr int kDeepest = 1'000;  // SQLITE_MAX_EXPR_DEPTH
// An argument of min() that stands twice afterwards: one inside another would double and double.
constexpr size_t kLongest = 10'000;

class Rewriter {
 public:
  Rewriter(absl::string_view sql, int* date_calls)
      : tokens_(Tokenise(sql)), date_calls_(*date_calls) {}

  std::string Run() {
    if (!Is("SELECT") && !Is("WITH") && !Is("VALUES") && !Is("CREATE") && !Is("INSERT") &&
        !Is("REPLACE") && !Is("UPDATE") && !Is("DELETE")) {
      return Rest();
    }
    std::string out;
    while (here().kind != Kind::kEnd) {
      raw_ = raw_ || (Is("ORDER") && absl::EqualsIgnoreCase(next().text, "BY"));
      out += Step();
    }
    return out + std::string(here().before);
  }

 private:
  const Token& here() const { return tokens_[at_]; }
  const Token& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool Is(absl::string_view word) const {
    return (here().kind == Kind::kWord || here().kind == Kind::kSymbol) &&
           absl::EqualsIgnoreCase(here().text, word);
  }
  // The token as it stands.
  std::string Take() {
    const Token& token = tokens_[at_];
    if (token.kind != Kind::kEnd) ++at_;
    return absl::StrCat(token.before, token.text);
  }
  std::string Rest() {
    std::string out;
    while (here().kind != Kind::kEnd) out += Take();
    return out + std::string(here().before);
  }

  bool StartsOperand() const {
    switch (here().kind) {
      case Kind::kNumber:
      case Kind::kString:
      case Kind::kName:
        return true;
      case Kind::kWord:
        return Is("CASE") || !IsKeyword(here().text);
      case Kind::kSymbol:
        return Is("(") || Is("-") || Is("+") || Is("~");
      case Kind::kEnd:
        return false;
    }
    return false;
  }

  // One expression, or one token that is none.
  std::string Step() {
    if (Is("SET")) setting_ = true;
    if (Is("WHERE") || Is("FROM") || Is("RETURNING")) setting_ = false;
    return StartsOperand() ? Comparison() : Take();
  }

  // Everything up to a word or symbol at this depth, or to the end of the brackets.
  std::string Until(absl::string_view word) {
    std::string out;
    while (here().kind != Kind::kEnd && !Is(")") && !Is(word)) out += Step();
    return out;
  }
  std::string Brackets() {
    std::string out = Take();
    out += Until(")");
    return out + Take();
  }

  // `text` begins with blanks that stay in front of the call.
  static std::string Call(absl::string_view function, absl::string_view text) {
    const size_t begin = SkipBlanks(text, 0);
    return absl::StrCat(text.substr(0, begin), function, "(", text.substr(begin), ")");
  }
  static std::string Call(absl::string_view function, absl::string_view a, absl::string_view blanks,
                          absl::string_view b) {
    return Call(function, absl::StrCat(a, blanks, ",", b));
  }
  static bool IsNumber(absl::string_view text) {
    text = text.substr(SkipBlanks(text, 0));
    if (absl::StartsWith(text, "-") || absl::StartsWith(text, "+")) text.remove_prefix(1);
    text = text.substr(SkipBlanks(text, 0));
    return !text.empty() && SkipNumber(text, 1) == text.size() &&
           (absl::ascii_isdigit(static_cast<unsigned char>(text.front())) || text.front() == '.');
  }

  std::string Comparison() {
    std::string left = Bits();
    while (true) {
      const bool order = Is("<") || Is(">") || Is("<=") || Is(">=");
      const bool equality = Is("=") || Is("==") || Is("<>") || Is("!=");
      const bool not_between = Is("NOT") && absl::EqualsIgnoreCase(next().text, "BETWEEN");
      if (order || equality) {
        const bool wrap = !raw_ && (!setting_ || order);
        const std::string symbol = Take();
        if (!StartsOperand()) return left + symbol;
        std::string right = Bits();
        const absl::string_view function = order ? "strata_number" : "strata_number_or_text";
        if (wrap && IsNumber(right) && !IsNumber(left)) left = Call(function, left);
        if (wrap && IsNumber(left) && !IsNumber(right)) right = Call(function, right);
        left += symbol + right;
      } else if (Is("BETWEEN") || not_between) {
        std::string middle = not_between ? Take() : "";
        middle += Take();
        const std::string low = Bits();
        middle += low;
        if (!Is("AND")) return left + middle;
        middle += Take();
        const std::string high = Bits();
        if (!raw_ && (IsNumber(low) || IsNumber(high))) left = Call("strata_number", left);
        left += middle + high;
      } else {
        return left;
      }
    }
  }

  std::string Bits() {
    std::string left = Sum();
    while (Is("&") || Is("|") || Is("<<") || Is(">>")) {
      const std::string symbol(here().text);
      const std::string spaced = Take();
      const std::string right = Sum();
      left = raw_ ? left + spaced + right
                  : Call("strata_bits", absl::StrCat(left, ", '", symbol, "',", right));
    }
    return left;
  }

  std::string Sum() {
    std::string left = Product();
    while (Is("+") || Is("-")) {
      if (raw_) {
        left += Take();
        left += Product();
        continue;
      }
      const absl::string_view function = Is("+") ? "strata_add" : "strata_sub";
      const std::string blanks(here().before);
      ++at_;
      left = Call(function, left, blanks, Product());
    }
    return left;
  }

  std::string Product() {
    std::string left = Concatenation();
    while (Is("*") || Is("/") || Is("%")) {
      if (raw_) {
        left += Take();
        left += Concatenation();
        continue;
      }
      const absl::string_view function = Is("*")   ? "strata_mul"
                                         : Is("/") ? "strata_div"
                                                   : "strata_mod";
      const std::string blanks(here().before);
      ++at_;
      left = Call(function, left, blanks, Concatenation());
    }
    return left;
  }

  std::string Concatenation() {
    std::string left = Unary();
    while (Is("||") || Is("->") || Is("->>")) {
      left += Take();
      left += Unary();
    }
    return left;
  }

  // Every nested expression passes here. SQLite takes none that is deeper, whatever it says.
  std::string Unary() {
    if (depth_ == kDeepest) return Take();
    ++depth_;
    std::string operand = Signed();
    --depth_;
    return operand;
  }

  std::string Signed() {
    if (Is("-") && next().kind != Kind::kNumber && !raw_) {
      const std::string blanks(here().before);
      ++at_;
      return absl::StrCat(blanks, Call("strata_neg", Unary()));
    }
    if (Is("-") || Is("+") || Is("~")) {
      std::string sign = Take();
      return sign + Unary();
    }
    std::string operand = Primary();
    if (Is("COLLATE")) {
      operand += Take();
      operand += Take();
    }
    return operand;
  }

  std::string Primary() {
    if (Is("(")) return Brackets();
    if (Is("CASE")) {
      std::string out = Take();
      out += Until("END");
      return out + Take();
    }
    if (Is("CAST") && next().text == "(") return CastCall();
    if (here().kind == Kind::kWord && next().text == "(") return FunctionCall();
    const bool name = here().kind == Kind::kWord || here().kind == Kind::kName;
    std::string out = Take();
    while (name && Is(".")) {
      out += Take();
      out += Take();  // a column, or the star of all
    }
    return out;
  }

  std::string CastCall() {
    std::string word = Take();
    word += Take();
    const std::string value = Until("AS");
    const std::string as = Take();
    std::string type;
    while (here().kind != Kind::kEnd && !Is(")")) type += Is("(") ? Brackets() : Take();
    const std::string end = Take();
    const std::string upper = absl::AsciiStrToUpper(type);
    const bool text = absl::StrContains(upper, "CHAR") || absl::StrContains(upper, "CLOB") ||
                      absl::StrContains(upper, "TEXT") || absl::StrContains(upper, "BLOB");
    if (raw_ || (text && !absl::StrContains(upper, "INT"))) return word + value + as + type + end;
    const std::string blanks(absl::string_view(word).substr(0, SkipBlanks(word, 0)));
    return absl::StrCat(blanks, "strata_cast(", value, ", '",
                        absl::StripAsciiWhitespace(absl::StrReplaceAll(type, {{"'", ""}})), "')");
  }

  std::string FunctionCall() {
    const std::string blanks(here().before);
    const std::string name(here().text);
    ++at_;
    if (absl::EqualsIgnoreCase(name, "parse_date")) {
      std::string open = Take();
      const std::string argument = Until(",");
      std::string rest = Until(")");
      rest += Take();
      const absl::string_view shown = absl::StripAsciiWhitespace(argument);
      return absl::StrCat(blanks, "strata_parse_date", open, date_calls_++, ", '",
                          absl::StrReplaceAll(shown, {{"'", "''"}, {"\n", " "}}), "', ", argument,
                          rest);
    }
    const bool least = absl::EqualsIgnoreCase(name, "min");
    const size_t first = at_ + 1;
    const bool distinct =
        absl::EqualsIgnoreCase(tokens_[std::min(first, tokens_.size() - 1)].text, "DISTINCT");
    std::string arguments = Take();
    const std::string one = Until(",");
    arguments += one;
    const bool single = Is(")");
    arguments += Until(")");
    arguments += Take();
    const bool bare = !Is("OVER") && !Is("FILTER");
    while (Is("OVER") || Is("FILTER")) {
      arguments += Take();
      arguments += Is("(") ? Brackets() : Take();
    }
    // _line is a number.
    const bool checked = single && bare && !distinct && !raw_ &&
                         !absl::EndsWithIgnoreCase(absl::StripAsciiWhitespace(one), "_line") &&
                         one.size() < kLongest;
    const bool extreme = least || absl::EqualsIgnoreCase(name, "max");
    if (extreme && checked) {
      return absl::StrCat(blanks, least ? "strata_min(" : "strata_max(", name, arguments,
                          ", strata_order(", one, "))");
    }
    if (extreme && !single && !raw_) {
      return absl::StrCat(blanks, least ? "strata_least" : "strata_greatest", arguments);
    }
    return absl::StrCat(blanks, name, arguments);
  }

  const std::vector<Token> tokens_;
  int& date_calls_;
  size_t at_ = 0;
  bool setting_ = false;  // behind SET, where = assigns
  int depth_ = 0;
  bool raw_ = false;  // in the final ORDER BY
};

}  // namespace

std::string RewriteStatement(absl::string_view sql, int* date_calls) {
  return Rewriter(sql, date_calls).Run();
}

}  // namespace strata::imports
