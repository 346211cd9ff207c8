#!/usr/bin/env bash
# Each program links what it needs and no more: a broker without HDF5 or BLAS
# starts in milliseconds and cannot be broken by them.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

# links PROGRAM PATTERN
links() { grep -qE "$2" <<<"$(ldd "$MLB_BIN/$1")"; }
without() { ! links "$1" "$2" || fail "$1 links $(ldd "$MLB_BIN/$1" | grep -E "$2")"; }

without mlbroker 'yaml-cpp|hdf5|blas|dlib|xgboost'
without mlworker 'yaml-cpp|hdf5|blas|dlib|xgboost|sqlite'
without mlsubmit 'hdf5|blas|dlib|xgboost|sqlite'
without mlprep 'blas|dlib|xgboost|zmq|sqlite|yaml-cpp'
links mlbatch-job openblas || fail 'mlbatch-job is the one that learns'
links mlbatch-job hdf5 || fail 'mlbatch-job reads data sets'
