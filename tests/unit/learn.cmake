mlb_unit_test(learn_test
  SOURCES learn_metrics_test.cc learn_ridge_test.cc
  LIBS mlb::learn)
