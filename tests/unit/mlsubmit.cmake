mlb_unit_test(mlsubmit_test SOURCES mlsubmit_header_test.cc mlsubmit_jobs_test.cc
                                    mlsubmit_render_test.cc
              LIBS mlsubmit_parts mlbroker_parts)
