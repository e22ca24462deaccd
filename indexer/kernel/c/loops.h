/* What the files of this folder share. Together they are the module `indexer.kernel.in_c`: the loops of a search that
   indexer/kernel/__init__.py describes, number for number as in_numpy.py gives them.

   Arrays come as buffers and leave as they came, or filled; ordinals and offsets are checked before they are used as
   places, so that a damaged array is an error, not a crash. Functions that can fail return 0, NULL or NONE and leave an
   exception. Only the stable part of Python's interface is used: what is compiled for one version of Python from 3.11 on
   runs with all later ones. */

#ifndef LOOPS_H
#define LOOPS_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- numbers of arrays.py ---------------------------------------------------------------------------------------- */

#define SCORE_UNITS 1e6 /* 10 ** SCORE_DECIMALS */
#define ORDINAL_BITS 24 /* in_numpy.py: the limit of documents */
#define LAST_ORDINAL ((1ULL << ORDINAL_BITS) - 1)
#define SECTION_BITS 16
#define SENTENCE_BITS 14
#define N_FIELDS (1 << (SECTION_BITS - SENTENCE_BITS))
#define SECTION ((1L << SECTION_BITS) - 1)
#define LAST_SENTENCE ((1L << SENTENCE_BITS) - 1)

#define NONE (-1)

/* Counting bits is one instruction on every processor of the last fifteen years, and newer ones add up eight scores at a
   time, but compilers must be asked for it. What such a function calls has to be INLINED, for it is compiled for all. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define COUNTS_BITS __attribute__((target_clones("avx2", "popcnt", "default")))
#define INLINED inline __attribute__((always_inline))
#else
#define COUNTS_BITS
#define INLINED inline
#endif

/* --- arrays.c ---------------------------------------------------------------------------------------------------- */

typedef struct {
    Py_buffer buffer; /* `buf` is NULL when nothing is held */
    Py_ssize_t n;     /* items */
} Array;

/* Take hold of an array of items of `size` bytes; TypeError when it is none, or of other items. */
int hold(PyObject *object, Array *array, Py_ssize_t size, int writable);

/* Let go of arrays, as far as something is held. */
void release(Array *arrays, int n);

/* Whether an array of `n` items has as many as wanted; else ValueError. */
int is_long_enough(Py_ssize_t n, Py_ssize_t wanted);

/* Whether a place is one of `n`; else IndexError. */
int is_within(Py_ssize_t place, Py_ssize_t n);

/* --- sets.c ------------------------------------------------------------------------------------------------------ */

/* How many documents two sets share. */
long count_bits(const uint64_t *a, const uint64_t *b, Py_ssize_t n_words);

/* --- the functions of the module --------------------------------------------------------------------------------- */

PyObject *count(PyObject *self, PyObject *bits);
PyObject *count_rows(PyObject *self, PyObject *args);
PyObject *lacking(PyObject *self, PyObject *args);
PyObject *unite(PyObject *self, PyObject *args);
PyObject *best(PyObject *self, PyObject *args);
PyObject *find_terms(PyObject *self, PyObject *args);
PyObject *choose_sentences(PyObject *self, PyObject *args);
PyObject *mark_up(PyObject *self, PyObject *args);

#endif
