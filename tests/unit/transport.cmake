mlb_unit_test(transport_test SOURCES transport_socket_test.cc
                                     transport_machine_test.cc
              LIBS mlb::transport)
