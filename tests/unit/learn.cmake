mlb_unit_test(learn_test
  SOURCES learn_container_test.cc learn_gradient_test.cc learn_metrics_test.cc
    learn_net_trainer_test.cc learn_ridge_test.cc
  LIBS mlb::learn)
