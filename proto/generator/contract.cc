#include "proto/generator/contract.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.pb.h"

namespace strata::generator {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::MethodOptions;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;

// "KpiService" as "kpi_service".
std::string SnakeCase(const std::string& name) {
  std::string snake;
  for (const char c : name) {
    if (absl::ascii_isupper(c) && !snake.empty()) snake += '_';
    snake += absl::ascii_tolower(c);
  }
  return snake;
}

Method::Shape ShapeOf(const MethodDescriptor& method) {
  if (method.client_streaming()) return Method::Shape::kOther;
  return method.server_streaming() ? Method::Shape::kServerStream : Method::Shape::kUnary;
}

bool ReadMethod(const MethodDescriptor& from, Method* method, std::string* error) {
  for (const Descriptor* message : {from.input_type(), from.output_type()}) {
    if (message->file()->package() != from.file()->package() || message->containing_type()) {
      *error = absl::StrCat(from.full_name(), ": ", message->full_name(),
                            " is no message of its own in the service's package");
      return false;
    }
  }
  method->name = from.name();
  method->request = from.input_type()->name();
  method->response = from.output_type()->name();
  method->shape = ShapeOf(from);
  method->repeatable = from.options().idempotency_level() != MethodOptions::IDEMPOTENCY_UNKNOWN;
  SourceLocation location;
  if (from.GetSourceLocation(&location)) method->comment = location.leading_comments;
  return true;
}

bool ReadService(const ServiceDescriptor& from, Service* service, std::string* error) {
  absl::string_view space = from.file()->package(), subject = from.name();
  if (!absl::ConsumePrefix(&space, "strata.") || !absl::ConsumeSuffix(&subject, "Service")) {
    *error = absl::StrCat(from.full_name(), ": only strata.*.*Service can be forwarded");
    return false;
  }
  service->name = from.name();
  service->subject = std::string(subject);
  service->member = SnakeCase(from.name()) + "_";
  service->file = std::string(absl::StripSuffix(from.file()->name(), ".proto"));
  service->space = absl::StrReplaceAll(space, {{".", "::"}});
  service->full_name = from.full_name();
  for (int i = 0; i < from.method_count(); ++i) {
    if (!ReadMethod(*from.method(i), &service->methods.emplace_back(), error)) return false;
  }
  return true;
}

}  // namespace

bool ReadServices(const std::vector<const FileDescriptor*>& files, std::vector<Service>* services,
                  std::string* error) {
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->service_count(); ++i) {
      if (!ReadService(*file->service(i), &services->emplace_back(), error)) return false;
    }
  }
  return true;
}

}  // namespace strata::generator
