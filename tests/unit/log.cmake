mlb_unit_test(log_test SOURCES log_log_test.cc LIBS mlb::log)
