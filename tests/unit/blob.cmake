mlb_unit_test(blob_test SOURCES blob_cas_test.cc blob_digest_file_test.cc
                                blob_transfer_test.cc
              LIBS mlb::blob)
