/* Which sentence of a document to show. */

#include "loops.h"

#define MOST_CLAUSES (1L << 20)

typedef struct {
    int32_t section, start, end, clause;
    Py_ssize_t doc;
} Occurrence;

typedef struct {
    Py_ssize_t title_begin, title_end; /* occurrences in the title */
    Py_ssize_t first;                  /* the first occurrence of the best sentence, or NONE */
    long long worth;
} Choice;

/* Read columns of numbers from four lists of equal length; NULL with an exception. */
static Occurrence *read_occurrences(PyObject **columns, Py_ssize_t n, Py_ssize_t n_docs, long *most_clauses)
{
    Occurrence *items = malloc((size_t)(n + 1) * sizeof(Occurrence));
    if (!items)
        return (Occurrence *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n; i++) {
        const long long section = PyLong_AsLongLong(PyList_GetItem(columns[0], i));
        items[i].doc = (Py_ssize_t)(section >> SECTION_BITS);
        items[i].section = (int32_t)(section & SECTION);
        items[i].start = (int32_t)PyLong_AsLong(PyList_GetItem(columns[1], i));
        items[i].end = (int32_t)PyLong_AsLong(PyList_GetItem(columns[2], i));
        items[i].clause = (int32_t)PyLong_AsLong(PyList_GetItem(columns[3], i));
        if (PyErr_Occurred() || !is_within(items[i].doc, n_docs) || !is_within(items[i].clause, 2 * MOST_CLAUSES)) {
            free(items);
            return NULL;
        }
        if (items[i].clause / 2 >= *most_clauses)
            *most_clauses = items[i].clause / 2 + 1;
    }
    return items;
}

/* Choose for each document; `seen` has a place for each clause, and holds when it was met last. */
static void choose(const Occurrence *items, Py_ssize_t n, Choice *choices, Py_ssize_t *seen)
{
    Py_ssize_t last;
    for (Py_ssize_t first = 0; first < n; first = last) {
        Choice *choice = &choices[items[first].doc];
        long long n_clauses = 0, n_typed = 0, n_synonyms = 0;
        for (last = first; last < n && items[last].doc == items[first].doc &&
                           items[last].section == items[first].section;
             last++) {
            const int clause = items[last].clause / 2;
            n_clauses += seen[clause] != first + 1;
            seen[clause] = first + 1;
            n_synonyms += items[last].clause & 1;
            n_typed += !(items[last].clause & 1);
        }
        if (items[first].section <= LAST_SENTENCE) {
            if (choice->title_begin == choice->title_end)
                choice->title_begin = first;
            choice->title_end = last;
            continue;
        }
        const long long worth = (n_clauses << 40) + (n_typed << 20) + n_synonyms;
        if (worth > choice->worth) { /* of equals the first stays */
            choice->worth = worth;
            choice->first = first;
        }
    }
}

/* The marks of occurrences as a tuple of (start, end). */
static PyObject *marks_of(const Occurrence *items, Py_ssize_t first, Py_ssize_t last)
{
    PyObject *marks = PyTuple_New(last - first);
    for (Py_ssize_t i = first; marks && i < last; i++) {
        PyObject *mark = Py_BuildValue("(ii)", items[i].start, items[i].end);
        if (!mark || PyTuple_SetItem(marks, i - first, mark) < 0)
            Py_CLEAR(marks);
    }
    return marks;
}

static PyObject *extract_of(const Occurrence *items, Py_ssize_t n, const Choice *choice)
{
    PyObject *title = marks_of(items, choice->title_begin, choice->title_end);
    if (!title)
        return NULL;
    Py_ssize_t last = choice->first;
    if (last == NONE)
        return Py_BuildValue("(Ni())", title, NONE);
    while (last < n && items[last].doc == items[choice->first].doc &&
           items[last].section >> SENTENCE_BITS == items[choice->first].section >> SENTENCE_BITS)
        last++;
    PyObject *marks = marks_of(items, choice->first, last);
    if (!marks) {
        Py_DECREF(title);
        return NULL;
    }
    return Py_BuildValue("(NiN)", title, items[choice->first].section, marks);
}

/* choose_sentences(sections, starts, ends, clauses, n_docs) */
PyObject *choose_sentences(PyObject *self, PyObject *args)
{
    PyObject *columns[4], *answer = NULL;
    Py_ssize_t n_docs, *seen = NULL;
    long most_clauses = 1;
    Occurrence *items = NULL;
    Choice *choices = NULL;
    if (!PyArg_ParseTuple(args, "O!O!O!O!n", &PyList_Type, &columns[0], &PyList_Type, &columns[1], &PyList_Type,
                          &columns[2], &PyList_Type, &columns[3], &n_docs))
        return NULL;
    const Py_ssize_t n = PyList_Size(columns[0]);
    for (int i = 1; i < 4; i++)
        if (!is_long_enough(PyList_Size(columns[i]), n))
            return NULL;
    if (!(items = read_occurrences(columns, n, n_docs, &most_clauses)))
        return NULL;
    choices = calloc((size_t)n_docs + 1, sizeof(Choice));
    seen = calloc((size_t)most_clauses, sizeof(Py_ssize_t));
    if (!choices || !seen) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t doc = 0; doc < n_docs; doc++)
        choices[doc].first = NONE;
    choose(items, n, choices, seen);
    answer = PyList_New(n_docs);
    for (Py_ssize_t doc = 0; answer && doc < n_docs; doc++) {
        PyObject *extract = extract_of(items, n, &choices[doc]);
        if (!extract || PyList_SetItem(answer, doc, extract) < 0)
            Py_CLEAR(answer);
    }
end:
    free(items);
    free(choices);
    free(seen);
    return answer;
}
