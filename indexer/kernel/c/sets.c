/* Sets of documents: how many, how many in common, and which of them lack a document. */

#include "loops.h"

COUNTS_BITS long count_bits(const uint64_t *a, const uint64_t *b, Py_ssize_t n_words)
{
    long count = 0;
    for (Py_ssize_t i = 0; i < n_words; i++)
        count += __builtin_popcountll(a[i] & b[i]);
    return count;
}

/* count(bits) */
PyObject *count(PyObject *self, PyObject *object)
{
    Array bits;
    if (!hold(object, &bits, 8, 0))
        return NULL;
    const long found = count_bits(bits.buffer.buf, bits.buffer.buf, bits.n);
    release(&bits, 1);
    return PyLong_FromLong(found);
}

/* count_rows(rows, matched) */
PyObject *count_rows(PyObject *self, PyObject *args)
{
    PyObject *rows_object, *matched_object, *counts = NULL;
    Array held[2] = {0};
    if (!PyArg_ParseTuple(args, "OO", &rows_object, &matched_object))
        return NULL;
    if (!hold(rows_object, &held[0], 8, 0) || !hold(matched_object, &held[1], 8, 0))
        goto end;
    const Py_ssize_t width = held[1].n, n = width ? held[0].n / width : 0;
    const uint64_t *rows = held[0].buffer.buf;
    counts = PyList_New(n);
    for (Py_ssize_t row = 0; counts && row < n; row++) {
        PyObject *number = PyLong_FromLong(count_bits(rows + row * width, held[1].buffer.buf, width));
        if (!number || PyList_SetItem(counts, row, number) < 0)
            Py_CLEAR(counts);
    }
end:
    release(held, 2);
    return counts;
}

/* The names of the sets that a document is not in, from `sets` and their bits; NULL with an exception. */
static PyObject *names_lacking(Py_ssize_t doc, PyObject *sets, const Array *bits)
{
    const Py_ssize_t n = PyList_Size(sets);
    PyObject *names = PyList_New(0), *answer = NULL;
    for (Py_ssize_t i = 0; names && i < n; i++) {
        if (!is_within(doc, 64 * bits[i].n))
            goto end;
        const uint64_t word = ((const uint64_t *)bits[i].buffer.buf)[doc / 64];
        if (!(word >> (doc % 64) & 1) && PyList_Append(names, PyTuple_GetItem(PyList_GetItem(sets, i), 0)) < 0)
            goto end;
    }
    answer = names ? PyList_AsTuple(names) : NULL;
end:
    Py_XDECREF(names);
    return answer;
}

/* lacking(docs, sets) */
PyObject *lacking(PyObject *self, PyObject *args)
{
    PyObject *docs, *sets, *answer = NULL;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &docs, &PyList_Type, &sets))
        return NULL;
    const Py_ssize_t n_docs = PyList_Size(docs), n_sets = PyList_Size(sets);
    Array *bits = calloc((size_t)n_sets + 1, sizeof(Array));
    if (!bits)
        return PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n_sets; i++) {
        PyObject *column = PyTuple_GetItem(PyList_GetItem(sets, i), 1);
        if (!column || !hold(column, &bits[i], 8, 0))
            goto end;
    }
    answer = PyList_New(n_docs);
    for (Py_ssize_t i = 0; answer && i < n_docs; i++) {
        const Py_ssize_t doc = PyLong_AsSsize_t(PyList_GetItem(docs, i));
        PyObject *names = PyErr_Occurred() ? NULL : names_lacking(doc, sets, bits);
        if (!names || PyList_SetItem(answer, i, names) < 0)
            Py_CLEAR(answer);
    }
end:
    release(bits, (int)n_sets);
    free(bits);
    return answer;
}
