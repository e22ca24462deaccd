/* Which documents impacts have, and which are the best by their sum.

   A sum is made only where it can be among the best (MaxScore: Turtle, Flood, "Query evaluation: strategies and
   optimizations", 1995). 64 documents, a word of bits, are passed over when the largest scores of all impacts that have
   any of them add up to too little; and so is a document that has none but light impacts, those whose largest scores
   together are too little. What is added up is exact, and what is passed over could not even draw level. */

#include "loops.h"

#include <math.h>

typedef struct {
    Array bits, values, ranks; /* the columns of an Impact; `ranks` is empty when `values` are those of all documents */
    double times, most;        /* factor on the scores; the largest of them, times that */
} Impact;

static void release_impacts(Impact *impacts, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; impacts && i < n; i++) {
        Array held[3] = {impacts[i].bits, impacts[i].values, impacts[i].ranks};
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

/* Take hold of the scores of an impact. */
static int hold_scores(PyObject *columns, PyObject *times, Impact *impact)
{
    PyObject *values = PyTuple_GetItem(columns, 1), *most = PyTuple_GetItem(columns, 2);
    PyObject *ranks = PyTuple_GetItem(columns, 4);
    if (!values || !most || !ranks || !hold(values, &impact->values, sizeof(float), 0))
        return 0;
    impact->times = (double)PyLong_AsLong(times);
    impact->most = impact->times * PyFloat_AsDouble(most);
    if (PyErr_Occurred())
        return 0;
    if (ranks == Py_None)
        return 1; /* a document without a score of its own is passed over */
    return hold(ranks, &impact->ranks, 4, 0) && is_long_enough(impact->ranks.n, impact->bits.n);
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

#define MANY 24        /* documents of a word, from which on adding to all of them beats picking (measured) */

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
    Impact *impacts;       /* in the order in which they are added up */
    Impact **by_most;      /* the same, the least first */
    Py_ssize_t n, n_light; /* of these, the first few that are light */
    const uint64_t *among; /* the documents that are wanted */
    Ranked *heap;          /* the best so far, the last of them on top when there are `size` */
    Py_ssize_t n_best, size;
} Search;

static int compare_most(const void *a, const void *b)
{
    const double first = (*(Impact *const *)a)->most, second = (*(Impact *const *)b)->most;
    return (first > second) - (first < second);
}

static INLINED uint64_t word_of(const Impact *impact, Py_ssize_t word)
{
    return ((const uint64_t *)impact->bits.buffer.buf)[word];
}

/* Whether a score is below the last of the best, also when both are rounded. */
static INLINED int is_too_little(const Search *search, double score)
{
    return search->n_best == search->size && score * SCORE_UNITS + 0.5 < search->heap[0].units;
}

/* Count the light impacts anew: the last of the best is better now. */
static INLINED void weigh(Search *search)
{
    double sum = 0;
    for (Py_ssize_t i = 0; i < search->n; i++) {
        sum += search->by_most[i]->most;
        if (!is_too_little(search, sum + 1e-9)) /* added up in another order, sums differ by less than that */
            break;
        search->n_light = i + 1;
    }
}

/* Add the scores that an impact has for the wanted documents of a word; others may be added to, or not. */
static INLINED void add_scores(const Impact *impact, Py_ssize_t word, uint64_t wanted, int are_many, double *scores)
{
    const double times = impact->times;
    const float *values = impact->values.buffer.buf;
    const uint64_t bits = word_of(impact, word);
    if (impact->ranks.buffer.buf) {
        const Py_ssize_t rank = ((const int32_t *)impact->ranks.buffer.buf)[word];
        if (rank < 0 || rank + __builtin_popcountll(bits) > impact->values.n)
            return; /* no ranks of these bits; what `keep` gives never is */
        values += rank;
        if (are_many)
            for (uint64_t left = bits; left; left &= left - 1)
                scores[__builtin_ctzll(left)] += times * *values++;
        else
            for (uint64_t left = wanted & bits; left; left &= left - 1)
                scores[__builtin_ctzll(left)] += times * values[__builtin_popcountll(bits & ((left & -left) - 1))];
        return;
    }
    values += 64 * word;
    const Py_ssize_t n = impact->values.n - 64 * word;
    if (n >= 64 && are_many)
        for (int place = 0; place < 64; place++)
            scores[place] += times * values[place];
    else
        for (uint64_t left = wanted & bits; left && __builtin_ctzll(left) < n; left &= left - 1)
            scores[__builtin_ctzll(left)] += times * values[__builtin_ctzll(left)];
}

/* Take a document among the best, if it is one. */
static INLINED void offer(Search *search, Ranked ranked)
{
    Ranked *heap = search->heap;
    if (search->n_best < search->size) {
        heap[search->n_best++] = ranked;
        for (Py_ssize_t top = search->n_best == search->size ? search->size / 2 : 0; top-- > 0;)
            sift_down(heap, search->size, top);
    } else if (is_before(&ranked, &heap[0])) {
        heap[0] = ranked;
        sift_down(heap, search->size, 0);
    }
}

/* Offer the documents of a word, as far as they are wanted and may be among the best. */
static INLINED void look_at(Search *search, Py_ssize_t word)
{
    double scores[64] = {0};
    uint64_t wanted = search->among[word], heavy = 0;
    if (is_too_little(search, 0)) {
        for (Py_ssize_t i = search->n_light; i < search->n; i++)
            heavy |= word_of(search->by_most[i], word);
        wanted &= heavy;
    }
    const int are_many = __builtin_popcountll(wanted) >= MANY;
    for (Py_ssize_t i = 0; wanted && i < search->n; i++)
        add_scores(&search->impacts[i], word, wanted, are_many, scores);
    for (uint64_t left = wanted; left; left &= left - 1) {
        const int place = __builtin_ctzll(left);
        if (!is_too_little(search, scores[place]))
            offer(search, (Ranked){rint(scores[place] * SCORE_UNITS), 64 * word + place});
    }
    if (wanted)
        weigh(search);
}

/* What the wanted documents of a word may score at most. */
static INLINED double bound_of(const Search *search, Py_ssize_t word)
{
    double bound = 0;
    for (Py_ssize_t i = 0; i < search->n; i++)
        bound += word_of(&search->impacts[i], word) & search->among[word] ? search->impacts[i].most : 0;
    return bound;
}

COUNTS_BITS static void find_best(Search *search, Py_ssize_t n_words)
{
    for (Py_ssize_t word = 0; word < n_words; word++)
        if (search->among[word] && !is_too_little(search, bound_of(search, word)))
            look_at(search, word);
}

/* best(impacts, times, among, n_best) */
PyObject *best(PyObject *self, PyObject *args)
{
    PyObject *list, *times, *among_object, *answer = NULL;
    Py_ssize_t n_best;
    Array among = {0};
    Search search = {0};
    if (!PyArg_ParseTuple(args, "O!O!On", &PyList_Type, &list, &PyList_Type, &times, &among_object, &n_best))
        return NULL;
    search.n = PyList_Size(list);
    if (!is_long_enough(PyList_Size(times), search.n) || !hold(among_object, &among, 8, 0))
        return NULL;
    search.among = among.buffer.buf;
    search.size = n_best < 0 ? 0 : n_best < 64 * among.n ? n_best : 64 * among.n;
    search.impacts = calloc((size_t)search.n + 1, sizeof(Impact));
    search.by_most = malloc((size_t)(search.n + 1) * sizeof(Impact *));
    search.heap = malloc((size_t)(search.size + 1) * sizeof(Ranked));
    if (!search.impacts || !search.by_most || !search.heap) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < search.n; i++) {
        search.by_most[i] = &search.impacts[i];
        if (!hold_bits(PyList_GetItem(list, i), &search.impacts[i], among.n) ||
            !hold_scores(PyList_GetItem(list, i), PyList_GetItem(times, i), &search.impacts[i]))
            goto end;
    }
    qsort(search.by_most, (size_t)search.n, sizeof(Impact *), compare_most);
    if (search.size)
        find_best(&search, among.n);
    qsort(search.heap, (size_t)search.n_best, sizeof(Ranked), compare_ranked);
    answer = PyList_New(search.n_best);
    for (Py_ssize_t i = 0; answer && i < search.n_best; i++) {
        PyObject *ranked = Py_BuildValue("(nd)", search.heap[i].doc, search.heap[i].units / SCORE_UNITS);
        if (!ranked || PyList_SetItem(answer, i, ranked) < 0)
            Py_CLEAR(answer);
    }
end:
    free(search.heap);
    free(search.by_most);
    release_impacts(search.impacts, search.n);
    release(&among, 1);
    return answer;
}
