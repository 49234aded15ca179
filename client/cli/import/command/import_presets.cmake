# Puts the mappings of deploy/imports into the CLI and installs them, as examples to copy. Included by
# client/CMakeLists.txt behind the target strata_cli_parts.
set(imports ${PROJECT_SOURCE_DIR}/deploy/imports)
file(GLOB mappings CONFIGURE_DEPENDS ${imports}/*.sql)
set(content "")
foreach(mapping ${mappings})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mapping})
  get_filename_component(name ${mapping} NAME)
  file(READ ${mapping} text)
  string(APPEND content "{\"${name}\", R\"strata_sql(${text})strata_sql\"},\n")
endforeach()
set(preset_folder ${CMAKE_CURRENT_BINARY_DIR}/presets)
file(GENERATE OUTPUT ${preset_folder}/strata_import_mappings.inc CONTENT "${content}")
target_include_directories(strata_cli_parts PRIVATE ${preset_folder})
install(DIRECTORY ${imports}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/strata/imports
        FILES_MATCHING PATTERN "*.sql")
