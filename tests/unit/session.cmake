mlb_unit_test(session_test SOURCES session_peer_test.cc session_broker_test.cc
              LIBS mlb::session)
