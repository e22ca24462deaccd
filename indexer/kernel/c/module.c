/* The module: its functions by name. */

#include "loops.h"

static PyMethodDef functions[] = {
    {"best", best, METH_VARARGS, NULL},
    {"choose_sentences", choose_sentences, METH_VARARGS, NULL},
    {"count", count, METH_O, NULL},
    {"count_rows", count_rows, METH_VARARGS, NULL},
    {"find_terms", find_terms, METH_VARARGS, NULL},
    {"lacking", lacking, METH_VARARGS, NULL},
    {"mark_up", mark_up, METH_VARARGS, NULL},
    {"unite", unite, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "in_c", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_in_c(void)
{
    return PyModule_Create(&module);
}
