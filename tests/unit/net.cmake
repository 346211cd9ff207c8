mlb_unit_test(net_test
  SOURCES net_gradient_test.cc net_layer_test.cc net_ops_test.cc
    net_optimizer_test.cc net_product_test.cc net_shard_pool_test.cc
    net_trainer_test.cc
  LIBS mlb::learn)
