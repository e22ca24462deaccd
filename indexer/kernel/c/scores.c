/* Scores: impacts added up, and the best documents. */

#include "loops.h"

#include <math.h>

typedef struct {
    Array bits, values, docs; /* the columns of an Impact; without `docs` the documents are those of `bits` */
    int is_dense;             /* `values` are those of all documents */
    double times;
    Py_ssize_t next; /* of `values`: what comes next */
} Impact;

#define BLOCK 4096 /* documents whose scores are worked on together: 32 KB, which the nearest cache holds */

static void release_impacts(Impact *impacts, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        Array held[3] = {impacts[i].bits, impacts[i].values, impacts[i].docs};
        release(held, 3);
    }
    free(impacts);
}

/* Take hold of the columns of an impact on the scores of `n` documents. */
static int hold_impact(PyObject *columns, PyObject *times, Impact *impact, Py_ssize_t n)
{
    PyObject *bits = PyTuple_GetItem(columns, 0), *values = PyTuple_GetItem(columns, 1);
    PyObject *docs = PyTuple_GetItem(columns, 2), *is_dense = PyTuple_GetItem(columns, 3);
    if (!bits || !values || !docs || !is_dense)
        return 0;
    impact->is_dense = PyObject_IsTrue(is_dense);
    impact->times = (double)PyLong_AsLong(times);
    if (PyErr_Occurred() || !hold(bits, &impact->bits, 8, 0) || !hold(values, &impact->values, sizeof(float), 0) ||
        !is_long_enough(impact->bits.n, (n + 63) / 64) || !holds_only(impact->bits.buffer.buf, impact->bits.n, n))
        return 0;
    if (impact->is_dense)
        return is_long_enough(impact->values.n, n);
    if (docs == Py_None)
        return is_long_enough(impact->values.n,
                              count_bits(impact->bits.buffer.buf, impact->bits.buffer.buf, impact->bits.n));
    if (!hold(docs, &impact->docs, 4, 0) || !is_long_enough(impact->values.n, impact->docs.n))
        return 0;
    const int32_t *doc = impact->docs.buffer.buf; /* ascending; should they not, `add_block` leaves the stray ones out */
    return !impact->docs.n || (is_within(doc[0], n) && is_within(doc[impact->docs.n - 1], n));
}

/* Add an impact to the scores from one document, the first of a word of bits, to before another; those before have been
   added already. */
static void add_block(Impact *impact, double *scores, Py_ssize_t begin, Py_ssize_t end)
{
    const double times = impact->times;
    const float *values = impact->values.buffer.buf;
    const uint64_t *words = impact->bits.buffer.buf;
    const int32_t *docs = impact->docs.buffer.buf;
    Py_ssize_t next = impact->next;
    if (impact->is_dense)
        for (Py_ssize_t doc = begin; doc < end; doc++)
            scores[doc] += times * values[doc];
    else if (docs)
        for (; next < impact->docs.n && docs[next] < end; next++) {
            if (docs[next] >= begin) /* always so, if they ascend */
                scores[docs[next]] += times * values[next];
        }
    else
        for (Py_ssize_t first = begin; first < end; first += 64)
            for (uint64_t bits = words[first / 64]; bits; bits &= bits - 1)
                scores[first + __builtin_ctzll(bits)] += times * values[next++];
    impact->next = next;
}

/* add_up(scores, impacts, times, anything, complete) */
PyObject *add_up(PyObject *self, PyObject *args)
{
    PyObject *scores_object, *list, *times, *anything_object, *complete_object, *answer = NULL;
    Array held[3] = {0};
    Impact *impacts = NULL;
    int all_found = 1;
    if (!PyArg_ParseTuple(args, "OO!O!OO", &scores_object, &PyList_Type, &list, &PyList_Type, &times,
                          &anything_object, &complete_object))
        return NULL;
    const Py_ssize_t n_impacts = PyList_Size(list);
    if (!hold(scores_object, &held[0], sizeof(double), 1) || !is_long_enough(PyList_Size(times), n_impacts))
        goto end;
    const Py_ssize_t n = held[0].n, n_words = anything_object != Py_None ? (n + 63) / 64 : 0;
    if (anything_object != Py_None &&
        (!hold(anything_object, &held[1], 8, 1) || !hold(complete_object, &held[2], 8, 1) ||
         !is_long_enough(held[1].n, n_words) || !is_long_enough(held[2].n, n_words)))
        goto end;
    if (!(impacts = calloc((size_t)n_impacts + 1, sizeof(Impact)))) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < n_impacts; i++) {
        if (!hold_impact(PyList_GetItem(list, i), PyList_GetItem(times, i), &impacts[i], n))
            goto end;
        all_found = all_found && impacts[i].values.n;
    }
    for (Py_ssize_t begin = 0; begin < n; begin += BLOCK)
        for (Py_ssize_t i = 0; i < n_impacts; i++)
            add_block(&impacts[i], held[0].buffer.buf, begin, begin + BLOCK < n ? begin + BLOCK : n);
    uint64_t *anything = held[1].buffer.buf, *complete = held[2].buffer.buf;
    for (Py_ssize_t i = 0; i < n_impacts; i++) {
        const uint64_t *bits = impacts[i].bits.buffer.buf;
        for (Py_ssize_t word = 0; word < n_words; word++) {
            anything[word] = i ? anything[word] | bits[word] : bits[word];
            complete[word] = i ? complete[word] & bits[word] : bits[word];
        }
    }
    answer = PyBool_FromLong(all_found);
end:
    if (impacts)
        release_impacts(impacts, n_impacts);
    release(held, 3);
    return answer;
}

typedef struct {
    double units; /* the rounded score in units of its last decimal */
    Py_ssize_t doc;
} Ranked;

/* Whether a comes before b: by score, then by ordinal. */
static int is_before(const Ranked *a, const Ranked *b)
{
    return a->units != b->units ? a->units > b->units : a->doc < b->doc;
}

static int compare_ranked(const void *a, const void *b)
{
    return is_before(a, b) ? -1 : 1;
}

/* Restore a heap, whose top is the last in order, below a place. */
static void sift_down(Ranked *heap, Py_ssize_t n, Py_ssize_t place)
{
    for (;;) {
        Py_ssize_t last = place;
        for (Py_ssize_t child = 2 * place + 1; child <= 2 * place + 2 && child < n; child++)
            if (is_before(&heap[last], &heap[child]))
                last = child;
        if (last == place)
            return;
        const Ranked moved = heap[place];
        heap[place] = heap[last];
        heap[last] = moved;
        place = last;
    }
}

/* Whether one of 64 scores may be above a limit. */
static int may_exceed(const double *scores, double limit)
{
    double most[8] = {0};
    for (int i = 0; i < 64; i += 8)
        for (int j = 0; j < 8; j++)
            most[j] = scores[i + j] > most[j] ? scores[i + j] : most[j];
    for (int j = 0; j < 8; j++)
        if (most[j] * SCORE_UNITS > limit)
            return 1;
    return 0;
}

/* Fill `heap` with the best `size` documents of a set, unordered; returns how many there are. */
static Py_ssize_t collect(const Array *scores_array, const Array *among_array, Ranked *heap, Py_ssize_t size)
{
    const double *scores = scores_array->buffer.buf;
    const uint64_t *among = among_array->buffer.buf;
    Py_ssize_t n = 0;
    for (Py_ssize_t word = 0; word < among_array->n; word++) {
        if (n == size && 64 * word + 64 <= scores_array->n && !may_exceed(scores + 64 * word, heap[0].units))
            continue;
        for (uint64_t bits = among[word]; bits; bits &= bits - 1) {
            const Py_ssize_t doc = 64 * word + __builtin_ctzll(bits);
            const double units = scores[doc] * SCORE_UNITS;
            if (n < size) {
                heap[n++] = (Ranked){rint(units), doc};
                if (n == size)
                    for (Py_ssize_t place = n / 2; place-- > 0;)
                        sift_down(heap, n, place);
            } else if (units > heap[0].units) { /* else it is no better rounded either, and its ordinal is higher */
                const Ranked ranked = {rint(units), doc};
                if (is_before(&ranked, &heap[0])) {
                    heap[0] = ranked;
                    sift_down(heap, n, 0);
                }
            }
        }
    }
    return n;
}

/* best(scores, among, n_best) */
PyObject *best(PyObject *self, PyObject *args)
{
    PyObject *scores_object, *among_object, *answer = NULL;
    Py_ssize_t n_best;
    Array held[2] = {0};
    Ranked *heap = NULL;
    if (!PyArg_ParseTuple(args, "OOn", &scores_object, &among_object, &n_best))
        return NULL;
    if (!hold(scores_object, &held[0], sizeof(double), 0) || !hold(among_object, &held[1], 8, 0))
        goto end;
    if (!is_long_enough(held[0].n, 64 * held[1].n - 63) || !holds_only(held[1].buffer.buf, held[1].n, held[0].n))
        goto end;
    const Py_ssize_t size = n_best < 0 ? 0 : n_best < held[0].n ? n_best : held[0].n;
    heap = malloc((size_t)(size + 1) * sizeof(Ranked));
    if (!heap) {
        PyErr_NoMemory();
        goto end;
    }
    const Py_ssize_t n = size ? collect(&held[0], &held[1], heap, size) : 0;
    qsort(heap, (size_t)n, sizeof(Ranked), compare_ranked);
    answer = PyList_New(n);
    for (Py_ssize_t i = 0; answer && i < n; i++) {
        PyObject *ranked = Py_BuildValue("(nd)", heap[i].doc, heap[i].units / SCORE_UNITS);
        if (!ranked || PyList_SetItem(answer, i, ranked) < 0)
            Py_CLEAR(answer);
    }
end:
    free(heap);
    release(held, 2);
    return answer;
}
