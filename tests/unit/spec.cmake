# What people see of a spec, against files; `spec_golden --rewrite` renews them.
add_executable(spec_golden spec_golden.cc)
target_link_libraries(spec_golden PRIVATE mlb::spec mlb::options)
target_compile_definitions(spec_golden PRIVATE
  MLB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME spec_golden COMMAND spec_golden)
set_tests_properties(spec_golden PROPERTIES LABELS unit)
