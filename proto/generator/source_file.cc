#include "proto/generator/source_file.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace strata::generator {

SourceFile::SourceFile(google::protobuf::compiler::GeneratorContext* context,
                       const std::string& path)
    : output_(context->Open(path)), printer_(output_.get(), '$') {
  printer_.Print("// Written by proto/generator from the .proto files. Do not edit.\n\n");
  if (!absl::EndsWith(path, ".h")) return;
  for (const char c : path) guard_ += absl::ascii_isalnum(c) ? absl::ascii_toupper(c) : '_';
  guard_ += '_';
  printer_.Print("#ifndef $guard$\n#define $guard$\n\n", "guard", guard_);
}

SourceFile::~SourceFile() {
  if (!guard_.empty()) printer_.Print("\n#endif  // $guard$\n", "guard", guard_);
}

void SourceFile::With(const Service& service) {
  With("service", service.name);
  With("subject", service.subject);
  With("member", service.member);
  With("file", service.file);
  With("space", service.space);
  With("full_name", service.full_name);
}

void SourceFile::With(const Service& service, const Method& method) {
  With(service);
  With("method", method.name);
  With("request", absl::StrCat(service.space, "::", method.request));
  With("response", absl::StrCat(service.space, "::", method.response));
}

void SourceFile::PrintComment(const Method& method) {
  std::vector<std::string> lines = absl::StrSplit(method.comment, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (const std::string& line : lines) printer_.Print("  //$line$\n", "line", line);
}

void SourceFile::DeclareMessages(const std::vector<Service>& services) {
  std::map<std::string, std::set<std::string>> spaces;
  for (const Service& service : services) {
    for (const Method& method : service.methods) {
      if (method.shape == Method::Shape::kOther) continue;
      spaces[service.space].insert({method.request, method.response});
    }
  }
  for (const auto& [space, messages] : spaces) {
    printer_.Print("namespace strata::$space$ {\n", "space", space);
    for (const std::string& message : messages) printer_.Print("class $m$;\n", "m", message);
    printer_.Print("}  // namespace strata::$space$\n\n", "space", space);
  }
}

}  // namespace strata::generator
