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
    Py_ssize_t doc, place, row_end; /* a token with which a mark may begin, and where the tokens of its document end */
    Py_ssize_t mark;                /* the first of the marks that begin with it */
    int32_t section, start, end, clause; /* what was found there */
} Occurrence;

typedef struct {
    Occurrence *items;
    Py_ssize_t n, room;
} Occurrences;

static INLINED uint32_t hash_of(uint32_t term)
{
    return (term * 2654435769u) >> 12; /* Fibonacci hashing: Knuth, "The Art of Computer Programming", 6.4 */
}

/* The slot of a term: where the marks that begin with it hang, or would hang. */
static INLINED Py_ssize_t *slot_of(const Marks *table, uint32_t term)
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
        const uint32_t first = table->marks[i].terms[0];
        Py_ssize_t *end = slot_of(table, first);
        while (*end != NONE)
            end = &table->marks[*end].next;
        *end = i;
        table->may_begin[(uint8_t)first] = 1;
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

enum { TOKENS, STARTS, WIDTHS, SECTIONS, OFFSETS, BOUNDS, N_TABLES };

/* Find the tokens of a document with which a mark may begin, and ask ahead for what the tables say of them. */
static int find_beginnings(const Marks *table, const Array *tables, Py_ssize_t begin, Py_ssize_t end, Py_ssize_t doc,
                           Occurrences *found)
{
    const uint32_t *tokens = tables[TOKENS].buffer.buf;
    for (Py_ssize_t place = begin; place < end; place++) {
        if (!table->may_begin[(uint8_t)tokens[place]])
            continue;
        const Py_ssize_t mark = *slot_of(table, tokens[place]);
        if (mark == NONE)
            continue;
        __builtin_prefetch((const int32_t *)tables[STARTS].buffer.buf + place);
        __builtin_prefetch((const uint8_t *)tables[WIDTHS].buffer.buf + place);
        __builtin_prefetch((const uint16_t *)tables[SECTIONS].buffer.buf + place);
        if (!add_occurrence(found, (Occurrence){.doc = doc, .place = place, .row_end = end, .mark = mark}))
            return 0;
    }
    return 1;
}

/* Enter in a beginning the first of its marks that stands there and is wanted. Returns the place behind it, or NONE. */
static Py_ssize_t find_mark(const Marks *table, const Array *tables, Occurrence *here)
{
    const uint32_t *tokens = (const uint32_t *)tables[TOKENS].buffer.buf + here->place;
    const int32_t *starts = tables[STARTS].buffer.buf;
    here->section = ((const uint16_t *)tables[SECTIONS].buffer.buf)[here->place];
    for (Py_ssize_t i = here->mark; i != NONE; i = table->marks[i].next) {
        const Mark *mark = &table->marks[i];
        if (mark->n_terms > here->row_end - here->place || !mark->fields[here->section >> SENTENCE_BITS] ||
            memcmp(tokens, mark->terms, (size_t)mark->n_terms * sizeof(uint32_t)) != 0)
            continue;
        const Py_ssize_t last = here->place + mark->n_terms - 1;
        here->start = starts[here->place];
        here->end = starts[last] + ((const uint8_t *)tables[WIDTHS].buffer.buf)[last];
        here->clause = mark->clause;
        return last + 1;
    }
    return NONE;
}

/* Keep of beginnings those where a mark is found, from left to right: a mark takes its places away from later ones. */
static void keep_marks(const Marks *table, const Array *tables, Occurrences *found)
{
    Py_ssize_t n = 0, free_from = 0, doc = NONE;
    for (Py_ssize_t i = 0; i < found->n; i++) {
        Occurrence here = found->items[i];
        if (here.doc == doc && here.place < free_from)
            continue;
        const Py_ssize_t behind = find_mark(table, tables, &here);
        if (behind == NONE)
            continue;
        doc = here.doc;
        free_from = behind;
        found->items[n++] = here;
    }
    found->n = n;
}

typedef struct {
    Py_ssize_t doc, begin, end; /* of its tokens */
} Row;

/* Read which documents are asked for; NULL with an exception. */
static Row *read_docs(PyObject *docs, const Array *tables)
{
    const Py_ssize_t n = PyList_Size(docs);
    Row *rows = malloc((size_t)(n + 1) * sizeof(Row));
    if (!rows)
        return (Row *)PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < n; i++) {
        const Py_ssize_t doc = PyLong_AsSsize_t(PyList_GetItem(docs, i));
        if (PyErr_Occurred() || !is_within(doc, tables[OFFSETS].n - 1)) {
            free(rows);
            return NULL;
        }
        rows[i].doc = doc;
        __builtin_prefetch((const int64_t *)tables[OFFSETS].buffer.buf + doc);
        __builtin_prefetch((const int32_t *)tables[BOUNDS].buffer.buf + doc * tables[BOUNDS].buffer.shape[1]);
    }
    return rows;
}

#define LINE 16 /* tokens that come into the cache together */

/* Find where the tokens of the first fields of a document stand, and ask for them ahead of their use: they are elsewhere
   in a file that is larger than any cache. */
static int find_row(const Array *tables, Py_ssize_t n_fields, Row *row)
{
    const int64_t *offsets = tables[OFFSETS].buffer.buf;
    const Py_ssize_t all_fields = tables[BOUNDS].buffer.shape[1];
    const int32_t *bounds = (const int32_t *)tables[BOUNDS].buffer.buf + row->doc * all_fields;
    row->begin = (Py_ssize_t)offsets[row->doc];
    row->end = (Py_ssize_t)(n_fields < all_fields ? row->begin + bounds[n_fields] : offsets[row->doc + 1]);
    if (!is_within(row->begin, tables[TOKENS].n + 1) || !is_within(row->end, tables[TOKENS].n + 1))
        return 0;
    for (Py_ssize_t place = row->begin; place < row->end; place += LINE)
        __builtin_prefetch((const uint32_t *)tables[TOKENS].buffer.buf + place);
    return 1;
}

/* Occurrences as columns; NULL with an exception. */
static PyObject *columns_of(const Occurrences *found)
{
    PyObject *columns = PyTuple_New(4);
    for (int column = 0; columns && column < 4; column++) {
        PyObject *list = PyList_New(found->n);
        if (!list || PyTuple_SetItem(columns, column, list) < 0)
            Py_CLEAR(columns);
    }
    for (Py_ssize_t i = 0; columns && i < found->n; i++) {
        const Occurrence *item = &found->items[i];
        const long long values[4] = {((long long)item->doc << SECTION_BITS) + item->section, item->start, item->end,
                                     item->clause};
        for (int column = 0; columns && column < 4; column++) {
            PyObject *number = PyLong_FromLongLong(values[column]);
            if (!number || PyList_SetItem(PyTuple_GetItem(columns, column), i, number) < 0)
                Py_CLEAR(columns);
        }
    }
    return columns;
}

/* find_terms(tokens, starts, widths, sections, offsets, bounds, docs, n_fields, marks) */
PyObject *find_terms(PyObject *self, PyObject *args)
{
    PyObject *objects[N_TABLES], *docs, *mark_list, *answer = NULL;
    static const Py_ssize_t sizes[N_TABLES] = {4, 4, 1, 2, 8, 4};
    Py_ssize_t n_fields;
    Array held[N_TABLES] = {0};
    Marks table = {0};
    Occurrences found = {0};
    Row *rows = NULL;
    if (!PyArg_ParseTuple(args, "OOOOOOO!nO!", &objects[0], &objects[1], &objects[2], &objects[3], &objects[4],
                          &objects[5], &PyList_Type, &docs, &n_fields, &PyList_Type, &mark_list))
        return NULL;
    for (int i = 0; i < N_TABLES; i++)
        if (!hold(objects[i], &held[i], sizes[i], 0) || (i < OFFSETS && !is_long_enough(held[i].n, held[TOKENS].n)))
            goto end;
    if (held[BOUNDS].buffer.ndim != 2 || !is_within(n_fields, held[BOUNDS].buffer.shape[1] + 1) ||
        !is_long_enough(held[BOUNDS].buffer.shape[0], held[OFFSETS].n - 1)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "bounds are no matrix");
        goto end;
    }
    const Py_ssize_t n = PyList_Size(docs);
    if (!(rows = read_docs(docs, held)) || !read_marks(mark_list, &table) ||
        (n > 0 && !find_row(held, n_fields, &rows[0])))
        goto end;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (i + 1 < n && !find_row(held, n_fields, &rows[i + 1]))
            goto end;
        if (!find_beginnings(&table, held, rows[i].begin, rows[i].end, i, &found))
            goto end;
    }
    keep_marks(&table, held, &found);
    answer = columns_of(&found);
end:
    free(rows);
    free(found.items);
    free_marks(&table);
    release(held, N_TABLES);
    return answer;
}
