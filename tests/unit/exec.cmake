mlb_unit_test(exec_test SOURCES exec_launcher_test.cc exec_memory_test.cc
              LIBS mlb::exec)
