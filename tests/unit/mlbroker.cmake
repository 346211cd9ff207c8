mlb_unit_test(mlbroker_test SOURCES mlbroker_answers_test.cc
                                    mlbroker_disk_test.cc
                                    mlbroker_shell_test.cc
                                    mlbroker_transfer_test.cc
              LIBS mlbroker_parts mlb::wire)
