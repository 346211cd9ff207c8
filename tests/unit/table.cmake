mlb_unit_test(table_test
  SOURCES table_csv_test.cc table_csv_random_test.cc table_sniff_test.cc
    table_infer_test.cc table_dataset_test.cc table_damage_test.cc
  LIBS mlb::table mlb_hdf5)
