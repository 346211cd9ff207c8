# What people see of a spec, against files; `spec_golden --rewrite` renews them.
add_executable(spec_golden spec_golden.cc)
target_link_libraries(spec_golden PRIVATE mlb::spec mlb::options)
target_compile_definitions(spec_golden PRIVATE
  MLB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME spec_golden COMMAND spec_golden)
set_tests_properties(spec_golden PROPERTIES LABELS unit)

mlb_unit_test(spec_test
  SOURCES spec_emit_test.cc spec_field_test.cc spec_explain_test.cc spec_help_test.cc
    spec_hostile_test.cc spec_judge_test.cc spec_metric_test.cc spec_model_test.cc
    spec_net_test.cc spec_override_test.cc
    spec_print_test.cc spec_rules_test.cc spec_scalar_test.cc spec_yaml_test.cc
  LIBS mlb::spec mlb::learn)
mlb_unit_test(shape_test SOURCES shape_net_test.cc LIBS mlb::job)
