#ifndef STRATA_CLIENT_CLI_ASK_REPORT_REPORT_SECTIONS_H_
#define STRATA_CLIENT_CLI_ASK_REPORT_REPORT_SECTIONS_H_

#include <string>
#include <vector>

namespace strata::cli {

// One section of `strata report`: a question and the command that answers it.
struct ReportSection {
  std::string part;  // sections of one part stand together
  std::string title;
  std::vector<std::string> arguments;  // of `strata`
};

// In the order of the document.
const std::vector<ReportSection>& ReportSections();

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_REPORT_REPORT_SECTIONS_H_
