# What `cmake --install` gives beside the programs: the client library with its headers, the generated
# messages, the contract, and the package that find_package(strata) finds.
#
# Programs that use the package need the same compiler family and the distribution's protobuf, gRPC
# and Abseil that it was built with.
include(CMakePackageConfigHelpers)

set(STRATA_PROTO_DIR ${CMAKE_INSTALL_DATADIR}/strata/proto)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/strata)

set_target_properties(strata_client PROPERTIES EXPORT_NAME client)
set_target_properties(strata_messages PROPERTIES EXPORT_NAME messages)
set_target_properties(strata_proto PROPERTIES EXPORT_NAME proto)
install(TARGETS strata_client strata_messages strata_proto EXPORT strataTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT strataTargets NAMESPACE strata:: DESTINATION ${package_dir})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/client/include/ ${PROJECT_SOURCE_DIR}/client/mocks/
                  ${PROJECT_BINARY_DIR}/client/forwarding/include/
                  ${PROJECT_BINARY_DIR}/client/forwarding/mocks/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
# The server's configuration file is no part of what clients see.
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/gen/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.pb.h" PATTERN "config" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto/strata ${PROJECT_SOURCE_DIR}/proto/google
        DESTINATION ${STRATA_PROTO_DIR} FILES_MATCHING PATTERN "*.proto" PATTERN "config" EXCLUDE)

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/strataConfig.cmake.in ${PROJECT_BINARY_DIR}/strataConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS STRATA_PROTO_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/strataConfigVersion.cmake
                                 VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/strataConfig.cmake ${PROJECT_BINARY_DIR}/strataConfigVersion.cmake
        DESTINATION ${package_dir})
