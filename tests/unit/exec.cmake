mlb_unit_test(exec_test SOURCES exec_launcher_test.cc LIBS mlb::exec)
