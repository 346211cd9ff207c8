mlb_unit_test(term_test SOURCES term_terminal_test.cc LIBS mlb::term)
