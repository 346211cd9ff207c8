#!/usr/bin/env bash
# Each program links what it needs and no more: a broker without HDF5 or BLAS
# starts in milliseconds and cannot be broken by them.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

# links PROGRAM PATTERN: its shared libraries; holds: what is linked into it.
links() { grep -qE "$2" <<<"$(ldd "$MLB_BIN/$1")"; }
without() { ! links "$1" "$2" || fail "$1 links $(ldd "$MLB_BIN/$1" | grep -E "$2")"; }
holds() { grep -qwE "$2" <<<"$(nm --defined-only "$MLB_BIN/$1" | grep -wE "$2")"; }
lacks() { ! holds "$1" "$2" || fail "$1 holds $2"; }

without mlbroker 'yaml-cpp|hdf5|blas|dlib|xgboost|curl'
without mlworker 'yaml-cpp|hdf5|blas|dlib|xgboost|sqlite|curl'
without mlsubmit 'hdf5|blas|dlib|xgboost|sqlite|curl'
without mlprep 'blas|dlib|xgboost|zmq|sqlite|curl'
# XGBoost is loaded by the first job that needs it, Dlib is templates.
without mlbatch-job 'zmq|sqlite|yaml-cpp|curl|xgboost|dlib|gomp|X11|png'
for program in mlbroker mlworker mlsubmit; do
  lacks "$program" 'H5Fopen|cblas_dgemm'
done
lacks mlprep cblas_dgemm
holds mlbatch-job cblas_dgemm || fail 'mlbatch-job is the one that learns'
holds mlbatch-job H5Fopen || fail 'mlbatch-job reads data sets'
