mlb_unit_test(mljob_test SOURCES mljob_phases_test.cc mljob_cache_test.cc
                                mljob_evaluate_test.cc mljob_files_test.cc
                                mljob_predict_test.cc
                                mljob_resume_test.cc
              LIBS mlbatch_job_parts mlworker_parts mlb::wire)
