/* Which documents impacts have, and which are the best by their sum.

   A sum is made only where it can be among the best (MaxScore: Turtle, Flood, "Query evaluation: strategies and
   optimizations", 1995): impacts whose largest scores add up to no more than the last of the best so far cannot lift a
   document alone, so it must have one of the others; and 64 documents, a word of bits, are passed over when the largest
   scores of all impacts that have any of them add up to no more. What is added up is exact. */

#include "loops.h"

#include <math.h>

typedef struct {
    Array bits, values, docs; /* the columns of an Impact; without `docs` the documents are those of `bits` */
    int is_dense;             /* `values` are those of all documents */
    double times, most;       /* factor on the scores; the largest of them, times that */
    Py_ssize_t next;          /* of `values`: what comes next */
} Impact;

static void release_impacts(Impact *impacts, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; impacts && i < n; i++) {
        Array held[3] = {impacts[i].bits, impacts[i].values, impacts[i].docs};
        release(held, 3);
    }
    free(impacts);
}

/* Take hold of the bits of an impact on documents of `n_words` words. */
static int hold_bits(PyObject *columns, Impact *impact, Py_ssize_t n_words)
{
    PyObject *bits = PyTuple_GetItem(columns, 0);
    return bits && hold(bits, &impact->bits, 8, 0) && is_long_enough(impact->bits.n, n_words) &&
           is_long_enough(n_words, impact->bits.n);
}

/* Take hold of the scores of an impact, and see that there is one for each document. */
static int hold_scores(PyObject *columns, PyObject *times, Impact *impact)
{
    PyObject *values = PyTuple_GetItem(columns, 1), *docs = PyTuple_GetItem(columns, 2);
    PyObject *is_dense = PyTuple_GetItem(columns, 3), *most = PyTuple_GetItem(columns, 4);
    if (!values || !docs || !is_dense || !most || !hold(values, &impact->values, sizeof(float), 0))
        return 0;
    impact->is_dense = PyObject_IsTrue(is_dense);
    impact->times = (double)PyLong_AsLong(times);
    impact->most = impact->times * PyFloat_AsDouble(most);
    if (PyErr_Occurred())
        return 0;
    if (impact->is_dense)
        return 1; /* a document without a score of its own is passed over */
    if (docs != Py_None)
        return hold(docs, &impact->docs, 4, 0) && is_long_enough(impact->values.n, impact->docs.n);
    const uint64_t *bits = impact->bits.buffer.buf;
    return is_long_enough(impact->values.n, count_bits(bits, bits, impact->bits.n));
}

/* unite(impacts, anything, complete) */
PyObject *unite(PyObject *self, PyObject *args)
{
    PyObject *list, *anything_object, *complete_object, *answer = NULL;
    Array held[2] = {0};
    Impact *impacts = NULL;
    int all_found = 1;
    if (!PyArg_ParseTuple(args, "O!OO", &PyList_Type, &list, &anything_object, &complete_object))
        return NULL;
    const Py_ssize_t n_impacts = PyList_Size(list);
    if (!hold(anything_object, &held[0], 8, 1) || !hold(complete_object, &held[1], 8, 1) ||
        !is_long_enough(held[1].n, held[0].n))
        goto end;
    if (!(impacts = calloc((size_t)n_impacts + 1, sizeof(Impact)))) {
        PyErr_NoMemory();
        goto end;
    }
    uint64_t *anything = held[0].buffer.buf, *complete = held[1].buffer.buf;
    for (Py_ssize_t i = 0; i < n_impacts; i++) {
        uint64_t any = 0;
        if (!hold_bits(PyList_GetItem(list, i), &impacts[i], held[0].n))
            goto end;
        const uint64_t *bits = impacts[i].bits.buffer.buf;
        for (Py_ssize_t word = 0; word < held[0].n; word++) {
            any |= bits[word];
            anything[word] = i ? anything[word] | bits[word] : bits[word];
            complete[word] = i ? complete[word] & bits[word] : bits[word];
        }
        all_found = all_found && any;
    }
    answer = PyBool_FromLong(all_found);
end:
    release_impacts(impacts, n_impacts);
    release(held, 2);
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

typedef struct {
    Impact *impacts; /* in the order in which they are added up */
    Impact **by_most; /* the same, the least first */
    Py_ssize_t n, n_light; /* of these, the first few that lift no document among the best by themselves */
} Impacts;

static int compare_most(const void *a, const void *b)
{
    const double first = (*(Impact *const *)a)->most, second = (*(Impact *const *)b)->most;
    return (first > second) - (first < second);
}

/* Tell the light impacts from the others. Sums in another order differ by less than a millionth of a unit. */
static void weigh(Impacts *impacts, double last)
{
    double sum = 0;
    while (impacts->n_light < impacts->n) {
        sum = 0;
        for (Py_ssize_t i = 0; i <= impacts->n_light; i++)
            sum += impacts->by_most[i]->most;
        if (sum * SCORE_UNITS + 1e-6 > last)
            return;
        impacts->n_light++;
    }
}

static uint64_t word_of(const Impact *impact, Py_ssize_t word)
{
    return ((const uint64_t *)impact->bits.buffer.buf)[word];
}

/* Those of the 64 documents of a word that may be better than the last of the best. */
static uint64_t find_candidates(const Impacts *impacts, Py_ssize_t word, uint64_t among, double last)
{
    uint64_t heavy = 0;
    for (Py_ssize_t i = impacts->n_light; i < impacts->n; i++)
        heavy |= word_of(impacts->by_most[i], word);
    const uint64_t candidates = among & heavy;
    double bound = 0;
    for (Py_ssize_t i = 0; candidates && i < impacts->n; i++)
        if (word_of(&impacts->impacts[i], word) & candidates)
            bound += impacts->impacts[i].most;
    return bound * SCORE_UNITS > last ? candidates : 0;
}

/* Add the scores of some documents of a word, and go past it: `next` is then what comes behind. */
static void pass(Impact *impact, Py_ssize_t word, uint64_t wanted, double *scores)
{
    const double times = impact->times;
    const float *values = impact->values.buffer.buf;
    const int32_t *docs = impact->docs.buffer.buf;
    const Py_ssize_t begin = 64 * word, end = begin + 64;
    const uint64_t bits = word_of(impact, word);
    if (impact->is_dense) {
        if (wanted == UINT64_MAX && end <= impact->values.n)
            for (int place = 0; place < 64; place++)
                scores[place] += times * values[begin + place];
        else
            for (uint64_t left = wanted & bits; left; left &= left - 1) {
                const int place = __builtin_ctzll(left);
                if (begin + place < impact->values.n)
                    scores[place] += times * values[begin + place];
            }
    } else if (docs) {
        for (; impact->next < impact->docs.n && docs[impact->next] < end; impact->next++) {
            const Py_ssize_t place = docs[impact->next] - begin;
            if (place >= 0 && wanted >> place & 1) /* never below 0, if they ascend */
                scores[place] += times * values[impact->next];
        }
    } else {
        for (uint64_t left = wanted & bits; left; left &= left - 1) {
            const uint64_t before = bits & ((left & -left) - 1);
            scores[__builtin_ctzll(left)] += times * values[impact->next + __builtin_popcountll(before)];
        }
        impact->next += __builtin_popcountll(bits);
    }
}

/* Fill `heap` with the best `size` documents of a set, unordered; returns how many there are. */
COUNTS_BITS static Py_ssize_t collect(Impacts *impacts, const Array *set, Ranked *heap, Py_ssize_t size)
{
    const uint64_t *among = set->buffer.buf;
    Py_ssize_t n = 0;
    for (Py_ssize_t word = 0; word < set->n; word++) {
        double scores[64];
        const uint64_t wanted =
            n < size ? among[word] : find_candidates(impacts, word, among[word], heap[0].units);
        if (wanted)
            memset(scores, 0, sizeof(scores));
        for (Py_ssize_t i = 0; i < impacts->n; i++)
            pass(&impacts->impacts[i], word, wanted, scores);
        for (uint64_t left = wanted; left; left &= left - 1) {
            const int place = __builtin_ctzll(left);
            const double units = scores[place] * SCORE_UNITS;
            if (n == size && units <= heap[0].units) /* then not rounded either, and its ordinal is higher */
                continue;
            const Ranked ranked = {rint(units), 64 * word + place};
            if (n < size) {
                heap[n++] = ranked;
                for (Py_ssize_t top = n == size ? n / 2 : 0; top-- > 0;)
                    sift_down(heap, n, top);
            } else if (is_before(&ranked, &heap[0])) {
                heap[0] = ranked;
                sift_down(heap, n, 0);
            }
        }
        if (wanted && n == size)
            weigh(impacts, heap[0].units);
    }
    return n;
}

/* best(impacts, times, among, n_best) */
PyObject *best(PyObject *self, PyObject *args)
{
    PyObject *list, *times, *among_object, *answer = NULL;
    Py_ssize_t n_best;
    Array among = {0};
    Impact *impacts = NULL, **by_most = NULL;
    Ranked *heap = NULL;
    if (!PyArg_ParseTuple(args, "O!O!On", &PyList_Type, &list, &PyList_Type, &times, &among_object, &n_best))
        return NULL;
    const Py_ssize_t n_impacts = PyList_Size(list);
    if (!is_long_enough(PyList_Size(times), n_impacts) || !hold(among_object, &among, 8, 0))
        return NULL;
    const Py_ssize_t size = n_best < 0 ? 0 : n_best < 64 * among.n ? n_best : 64 * among.n;
    impacts = calloc((size_t)n_impacts + 1, sizeof(Impact));
    by_most = malloc((size_t)(n_impacts + 1) * sizeof(Impact *));
    heap = malloc((size_t)(size + 1) * sizeof(Ranked));
    if (!impacts || !by_most || !heap) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < n_impacts; i++) {
        if (!hold_bits(PyList_GetItem(list, i), &impacts[i], among.n) ||
            !hold_scores(PyList_GetItem(list, i), PyList_GetItem(times, i), &impacts[i]))
            goto end;
        by_most[i] = &impacts[i];
    }
    qsort(by_most, (size_t)n_impacts, sizeof(Impact *), compare_most);
    Impacts all = {impacts, by_most, n_impacts, 0};
    const Py_ssize_t n = size ? collect(&all, &among, heap, size) : 0;
    qsort(heap, (size_t)n, sizeof(Ranked), compare_ranked);
    answer = PyList_New(n);
    for (Py_ssize_t i = 0; answer && i < n; i++) {
        PyObject *ranked = Py_BuildValue("(nd)", heap[i].doc, heap[i].units / SCORE_UNITS);
        if (!ranked || PyList_SetItem(answer, i, ranked) < 0)
            Py_CLEAR(answer);
    }
end:
    free(heap);
    free(by_most);
    release_impacts(impacts, n_impacts);
    release(&among, 1);
    return answer;
}
