mlb_unit_test(wire_test SOURCES wire_message_test.cc wire_limit_test.cc
                                wire_value_test.cc wire_docs_test.cc
              LIBS mlb::wire)
