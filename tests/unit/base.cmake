mlb_unit_test(base_test SOURCES base_test.cc LIBS mlb::base)
