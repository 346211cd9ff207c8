mlb_unit_test(table_test
  ARGS ~[full_disk]
  SOURCES table_csv_test.cc table_csv_line_test.cc table_csv_random_test.cc table_sniff_test.cc
    table_scan_test.cc table_source_test.cc table_dialect_test.cc table_property_test.cc table_value_test.cc
    table_date_test.cc table_infer_test.cc table_moment_test.cc table_dataset_test.cc table_damage_test.cc
    table_quick_number_test.cc
    table_diff_test.cc table_matrix_test.cc table_stats_test.cc table_verify_test.cc
  LIBS mlb::table mlb_hdf5 ZLIB::ZLIB rapidcheck)

# HDF5 leaks what a full disk does not take; alone, for its slower unwinding.
add_test(NAME table_full_disk COMMAND table_test [full_disk])
set_tests_properties(table_full_disk PROPERTIES LABELS unit ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0;ASAN_OPTIONS=fast_unwind_on_malloc=0")
