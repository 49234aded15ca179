// The cutter and the rewriter of mapping scripts on arbitrary text: statements are pieces of the
// text, in its order, and each stays one when it is rewritten.

#include <cstdint>
#include <cstdlib>

#include "client/cli/import/mapping/mapping_script.h"
#include "client/cli/import/mapping/mapping_sql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto statements = strata::imports::ParseMapping(text);
  if (!statements.ok()) return 0;
  size_t at = 0;
  for (const strata::imports::MappingStatement& statement : *statements) {
    at = text.find(statement.sql, at);
    if (at == absl::string_view::npos || statement.line < statement.first_line) std::abort();
    at += statement.sql.size();
    int date_calls = 0;
    if (strata::imports::RewriteStatement(statement.sql, &date_calls).empty()) std::abort();
  }
  return 0;
}
