/* Python objects as arrays, checked. */

#include "loops.h"

int hold(PyObject *object, Array *array, Py_ssize_t size, int writable)
{
    array->buffer.buf = NULL;
    array->n = 0;
    if (PyObject_GetBuffer(object, &array->buffer, PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0)) < 0) {
        array->buffer.buf = NULL;
        return 0;
    }
    if (array->buffer.itemsize != size) {
        PyErr_Format(PyExc_TypeError, "an array has items of %zd bytes instead of %zd", array->buffer.itemsize, size);
        PyBuffer_Release(&array->buffer);
        array->buffer.buf = NULL;
        return 0;
    }
    array->n = array->buffer.len / size;
    return 1;
}

void release(Array *arrays, int n)
{
    for (int i = 0; i < n; i++)
        if (arrays[i].buffer.buf)
            PyBuffer_Release(&arrays[i].buffer);
}

int is_long_enough(Py_ssize_t n, Py_ssize_t wanted)
{
    if (n >= wanted)
        return 1;
    PyErr_Format(PyExc_ValueError, "an array has %zd items instead of %zd", n, wanted);
    return 0;
}

int is_within(Py_ssize_t place, Py_ssize_t n)
{
    if (0 <= place && place < n)
        return 1;
    PyErr_Format(PyExc_IndexError, "place %zd of an array of %zd items", place, n);
    return 0;
}
