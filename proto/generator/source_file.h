#ifndef STRATA_PROTO_GENERATOR_SOURCE_FILE_H_
#define STRATA_PROTO_GENERATOR_SOURCE_FILE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/io/printer.h"
#include "google/protobuf/io/zero_copy_stream.h"
#include "proto/generator/contract.h"

namespace strata::generator {

// A C++ file being written; complete when it goes out of scope.
class SourceFile {
 public:
  // A path that ends in ".h" gets an include guard.
  SourceFile(google::protobuf::compiler::GeneratorContext* context, const std::string& path);
  ~SourceFile();

  // `text` with its $names$ replaced by those of With.
  void Print(const char* text) { printer_.Print(names_, text); }

  void With(const std::string& name, const std::string& value) { names_[name] = value; }
  // service, subject, member, file, space, full_name.
  void With(const Service& service);
  // Also method, request, response.
  void With(const Service& service, const Method& method);

  // The comment of the .proto, each line after two spaces and "//".
  void PrintComment(const Method& method);

  // Declares, without defining them, the messages of every method that is not Shape::kOther.
  void DeclareMessages(const std::vector<Service>& services);

 private:
  const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> output_;
  google::protobuf::io::Printer printer_;
  std::map<std::string, std::string> names_;
  std::string guard_;
};

}  // namespace strata::generator

#endif  // STRATA_PROTO_GENERATOR_SOURCE_FILE_H_
