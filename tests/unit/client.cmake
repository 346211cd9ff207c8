mlb_unit_test(client_test SOURCES client_ask_test.cc client_follow_test.cc
              LIBS broker_lines mlb::client)
