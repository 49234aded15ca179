#ifndef STRATA_SERVER_STORE_SQLITE_TESTING_TEMPORARY_FOLDER_H_
#define STRATA_SERVER_STORE_SQLITE_TESTING_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace strata::store::testing {

// A folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(::testing::TempDir() + "/strata-XXXXXX") { mkdtemp(path_.data()); }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }

 private:
  std::string path_;
};

}  // namespace strata::store::testing

#endif  // STRATA_SERVER_STORE_SQLITE_TESTING_TEMPORARY_FOLDER_H_
