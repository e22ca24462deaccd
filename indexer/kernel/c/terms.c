/* Where marks stand in rows of tokens. */

#include "loops.h"

typedef struct {
    uint32_t *terms;
    Py_ssize_t n_terms;
    int clause;
    int fields[N_FIELDS]; /* whether it is marked there */
    Py_ssize_t next;      /* the next mark that begins with the same term, or NONE */
} Mark;

typedef struct {
    Mark *marks;
    Py_ssize_t n_marks;
    Py_ssize_t *slots; /* by hash of a term: the first mark that begins with it, or NONE */
    uint32_t mask;
    uint8_t may_begin[256]; /* by the last byte of a term: 0 when no mark begins with such a one, as with most tokens */
} Marks;

typedef struct {
    int32_t section, start, end, clause;
    Py_ssize_t doc;
} Occurrence;

typedef struct {
    Occurrence *items;
    Py_ssize_t n, room;
} Occurrences;

static uint32_t hash_of(uint32_t term)
{
    return (term * 2654435769u) >> 12; /* Fibonacci hashing: Knuth, "The Art of Computer Programming", 6.4 */
}

/* The slot of a term: where the marks that begin with it hang, or would hang. */
static Py_ssize_t *slot_of(const Marks *table, uint32_t term)
{
    uint32_t slot = hash_of(term) & table->mask;
    while (table->slots[slot] != NONE && table->marks[table->slots[slot]].terms[0] != term)
        slot = (slot + 1) & table->mask;
    return &table->slots[slot];
}

static int read_mark(PyObject *object, Mark *mark)
{
    PyObject *terms, *fields;
    if (!PyArg_ParseTuple(object, "O!iO!", &PyList_Type, &terms, &mark->clause, &PyList_Type, &fields))
        return 0;
    const Py_ssize_t n = PyList_Size(terms), n_fields = PyList_Size(fields);
    if (!is_within(n - 1, PY_SSIZE_T_MAX) || !is_within(n_fields, N_FIELDS + 1))
        return 0;
    mark->terms = malloc((size_t)n * sizeof(uint32_t));
    if (!mark->terms) {
        PyErr_NoMemory();
        return 0;
    }
    mark->n_terms = n;
    mark->next = NONE;
    for (Py_ssize_t i = 0; i < n; i++)
        mark->terms[i] = (uint32_t)PyLong_AsUnsignedLong(PyList_GetItem(terms, i));
    for (Py_ssize_t i = 0; i < n_fields; i++)
        mark->fields[i] = PyObject_IsTrue(PyList_GetItem(fields, i));
    return !PyErr_Occurred();
}

static void free_marks(Marks *table)
{
    for (Py_ssize_t i = 0; table->marks && i < table->n_marks; i++)
        free(table->marks[i].terms);
    free(table->marks);
    free(table->slots);
}

/* Hang marks up by their first terms; those with the same one in the order given. */
static int read_marks(PyObject *list, Marks *table)
{
    size_t n_slots = 16;
    table->n_marks = PyList_Size(list);
    while (n_slots < 4 * (size_t)table->n_marks)
        n_slots *= 2;
    table->mask = (uint32_t)n_slots - 1;
    table->marks = calloc((size_t)table->n_marks + 1, sizeof(Mark));
    table->slots = malloc(n_slots * sizeof(Py_ssize_t));
    if (!table->marks || !table->slots) {
        PyErr_NoMemory();
        return 0;
    }
    for (size_t slot = 0; slot < n_slots; slot++)
        table->slots[slot] = NONE;
    for (Py_ssize_t i = 0; i < table->n_marks; i++) {
        if (!read_mark(PyList_GetItem(list, i), &table->marks[i]))
            return 0;
        Py_ssize_t *end = slot_of(table, table->marks[i].terms[0]);
        while (*end != NONE)
            end = &table->marks[*end].next;
        *end = i;
        table->may_begin[(uint8_t)table->marks[i].terms[0]] = 1;
    }
    return 1;
}

static int add_occurrence(Occurrences *found, Occurrence occurrence)
{
    if (found->n == found->room) {
        const Py_ssize_t room = found->room ? 2 * found->room : 64;
        Occurrence *items = realloc(found->items, (size_t)room * sizeof(Occurrence));
        if (!items) {
            PyErr_NoMemory();
            return 0;
        }
        found->items = items;
        found->room = room;
    }
    found->items[found->n++] = occurrence;
    return 1;
}

enum { TOKENS, STARTS, WIDTHS, SECTIONS };

/* Find marks in one document, from left to right: at each place the first that stands there and is wanted. */
static int find_in_row(const Marks *table, const Array *tables, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t doc,
                       Occurrences *found)
{
    const uint32_t *tokens = tables[TOKENS].buffer.buf;
    const int32_t *starts = tables[STARTS].buffer.buf;
    const uint8_t *widths = tables[WIDTHS].buffer.buf;
    const uint16_t *sections = tables[SECTIONS].buffer.buf;
    for (Py_ssize_t place = begin; place < end;) {
        if (!table->may_begin[(uint8_t)tokens[place]]) {
            place++;
            continue;
        }
        Py_ssize_t width = 1;
        for (Py_ssize_t i = *slot_of(table, tokens[place]); i != NONE; i = table->marks[i].next) {
            const Mark *mark = &table->marks[i];
            if (mark->n_terms > end - place || !mark->fields[sections[place] >> SENTENCE_BITS] ||
                memcmp(tokens + place, mark->terms, (size_t)mark->n_terms * sizeof(uint32_t)) != 0)
                continue;
            width = mark->n_terms;
            const Py_ssize_t last = place + width - 1;
            if (!add_occurrence(found, (Occurrence){sections[place], starts[place], starts[last] + widths[last],
                                                    mark->clause, doc}))
                return 0;
            break;
        }
        place += width;
    }
    return 1;
}

#define LINE 16 /* tokens that come into the cache together */

/* Ask for the tokens of a document ahead of their use: it stands elsewhere in a file that is larger than any cache. */
static void fetch(const uint32_t *tokens, PyObject *begins, PyObject *ends, Py_ssize_t doc)
{
    if (doc >= PyList_Size(begins))
        return;
    const Py_ssize_t end = PyLong_AsSsize_t(PyList_GetItem(ends, doc));
    for (Py_ssize_t place = PyLong_AsSsize_t(PyList_GetItem(begins, doc)); place < end; place += LINE)
        __builtin_prefetch(tokens + place);
}

/* find_terms(tokens, starts, widths, sections, begins, ends, marks) */
PyObject *find_terms(PyObject *self, PyObject *args)
{
    PyObject *objects[4], *begins, *ends, *mark_list, *columns[4] = {NULL}, *answer = NULL;
    static const Py_ssize_t sizes[4] = {4, 4, 1, 2};
    Array held[4] = {0};
    Marks table = {0};
    Occurrences found = {0};
    if (!PyArg_ParseTuple(args, "OOOOO!O!O!", &objects[0], &objects[1], &objects[2], &objects[3], &PyList_Type,
                          &begins, &PyList_Type, &ends, &PyList_Type, &mark_list))
        return NULL;
    for (int i = 0; i < 4; i++)
        if (!hold(objects[i], &held[i], sizes[i], 0) || !is_long_enough(held[i].n, held[0].n))
            goto end;
    if (!is_long_enough(PyList_Size(ends), PyList_Size(begins)) || !read_marks(mark_list, &table))
        goto end;
    for (Py_ssize_t doc = 0; doc < PyList_Size(begins); doc++) {
        fetch(held[TOKENS].buffer.buf, begins, ends, doc + 1);
        const Py_ssize_t begin = PyLong_AsSsize_t(PyList_GetItem(begins, doc));
        const Py_ssize_t end = PyLong_AsSsize_t(PyList_GetItem(ends, doc));
        if (PyErr_Occurred() || !is_within(begin, held[0].n + 1) || !is_within(end, held[0].n + 1) ||
            !find_in_row(&table, held, begin, end, doc, &found))
            goto end;
    }
    for (int column = 0; column < 4; column++)
        if (!(columns[column] = PyList_New(found.n)))
            goto end;
    for (Py_ssize_t i = 0; i < found.n; i++) {
        const Occurrence *item = &found.items[i];
        const long long values[4] = {((long long)item->doc << SECTION_BITS) + item->section, item->start, item->end,
                                     item->clause};
        for (int column = 0; column < 4; column++) {
            PyObject *number = PyLong_FromLongLong(values[column]);
            if (!number || PyList_SetItem(columns[column], i, number) < 0)
                goto end;
        }
    }
    answer = PyTuple_Pack(4, columns[0], columns[1], columns[2], columns[3]);
end:
    for (int column = 0; column < 4; column++)
        Py_XDECREF(columns[column]);
    free(found.items);
    free_marks(&table);
    release(held, 4);
    return answer;
}
