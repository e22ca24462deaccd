/* Which documents impacts have, and which are the best by their sum.

   A sum is made only where it can be among the best (block-max: Ding, Suel, "Faster top-k document retrieval using
   block-max indexes", 2011): a block of documents is passed over when the largest scores that the impacts have in it add
   up to too little. What is added up is exact, and what is passed over could not even draw level. */

#include "loops.h"

#include <math.h>

#define BLOCKS 8 /* to a word of bits, so of eight documents each */
#define BLOCK (64 / BLOCKS)
#define IN_BLOCK ((1u << BLOCK) - 1)

typedef struct {
    Array bits, values, tops, ranks; /* the columns of an Impact; no `ranks` when `values` are those of all documents */
    double times, most;              /* factor on the scores; the largest of them, times that */
} Impact;

static void release_impacts(Impact *impacts, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; impacts && i < n; i++) {
        Array held[4] = {impacts[i].bits, impacts[i].values, impacts[i].tops, impacts[i].ranks};
        release(held, 4);
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
    PyObject *tops = PyTuple_GetItem(columns, 3), *ranks = PyTuple_GetItem(columns, 5);
    if (!values || !most || !tops || !ranks || !hold(values, &impact->values, sizeof(float), 0) ||
        !hold(tops, &impact->tops, 1, 0) || !is_long_enough(impact->tops.n, BLOCKS * impact->bits.n))
        return 0;
    impact->times = (double)PyLong_AsLong(times);
    impact->most = impact->times * PyFloat_AsDouble(most);
    if (PyErr_Occurred())
        return 0;
    if (ranks == Py_None)
        return is_long_enough(impact->values.n, 64 * impact->bits.n);
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

typedef struct {
    Impact *impacts; /* in the order in which they are added up */
    Py_ssize_t n, n_words;
    const uint64_t *among; /* the documents that are wanted */
    float *bounds;         /* what the documents of the first block of each word may score at most, of the second … */
    float *most;           /* the largest bound of the blocks of each word */
    uint64_t *heap;        /* the keys of the best so far, the least of them on top when there are `size` */
    Py_ssize_t n_best, size;
    double least; /* a score below it comes behind all of the best */
} Search;

/* A number that is the greater the better a document is: its rounded score, then how low its ordinal is. */
static INLINED uint64_t key_of(double score, Py_ssize_t doc)
{
    return (uint64_t)rint(score * SCORE_UNITS) << ORDINAL_BITS | (LAST_ORDINAL - (uint64_t)doc);
}

/* Restore a heap below a place. */
static INLINED void sift_down(uint64_t *heap, Py_ssize_t n, Py_ssize_t place)
{
    const uint64_t moved = heap[place];
    for (Py_ssize_t child = 2 * place + 1; child < n; child = 2 * place + 1) {
        child += child + 1 < n && heap[child + 1] < heap[child];
        if (heap[child] >= moved)
            break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = moved;
}

/* Take a document among the best, if it is one. */
static INLINED void offer(Search *search, uint64_t key)
{
    uint64_t *heap = search->heap;
    if (search->n_best < search->size) {
        heap[search->n_best++] = key;
        if (search->n_best < search->size)
            return;
        for (Py_ssize_t place = search->size / 2; place-- > 0;)
            sift_down(heap, search->size, place);
    } else if (key > heap[0]) {
        heap[0] = key;
        sift_down(heap, search->size, 0);
    }
    search->least = ((double)(heap[0] >> ORDINAL_BITS) - 0.6) / SCORE_UNITS; /* rounding adds half a unit at most */
}

#define LARGEST_TOP 255
#define MARGIN 1e-4 /* bounds are sums of some hundred numbers at most in float32, each rounded by 6e-8 */

static INLINED void add_tops(float *restrict bounds, const uint8_t *restrict tops, float unit, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        bounds[i] += unit * (float)tops[i];
}

static INLINED void keep_largest(float *restrict most, const float *restrict bounds, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        most[i] = bounds[i] > most[i] ? bounds[i] : most[i];
}

/* Add up what documents may score at most. */
static INLINED void find_bounds(Search *search)
{
    const Py_ssize_t n_words = search->n_words;
    for (Py_ssize_t i = 0; i < search->n; i++) {
        const float unit = (float)(search->impacts[i].most / LARGEST_TOP * (1 + MARGIN));
        add_tops(search->bounds, search->impacts[i].tops.buffer.buf, unit, BLOCKS * n_words);
    }
    for (int block = 0; block < BLOCKS; block++)
        keep_largest(search->most, search->bounds + block * n_words, n_words);
}

/* Add the scores that an impact has in a block of a word. */
static INLINED void add_scores(const Impact *impact, Py_ssize_t word, int block, double *scores)
{
    const double times = impact->times;
    const float *values = impact->values.buffer.buf;
    if (!impact->ranks.buffer.buf) {
        values += 64 * word + BLOCK * block;
        for (int place = 0; place < BLOCK; place++)
            scores[place] += times * values[place];
        return;
    }
    const uint64_t bits = ((const uint64_t *)impact->bits.buffer.buf)[word];
    const Py_ssize_t rank = ((const int32_t *)impact->ranks.buffer.buf)[word];
    if (rank < 0 || rank + __builtin_popcountll(bits) > impact->values.n)
        return; /* no ranks of these bits; what `keep` gives never is */
    values += rank + __builtin_popcountll(bits & ((1ULL << BLOCK * block) - 1));
    for (unsigned left = bits >> BLOCK * block & IN_BLOCK; left; left &= left - 1)
        scores[__builtin_ctz(left)] += times * *values++;
}

/* Offer those documents of a block that are wanted. */
static INLINED void look_at(Search *search, Py_ssize_t word, int block, unsigned wanted)
{
    double scores[BLOCK] = {0};
    for (Py_ssize_t i = 0; i < search->n; i++)
        add_scores(&search->impacts[i], word, block, scores);
    for (; wanted; wanted &= wanted - 1) {
        const int place = __builtin_ctz(wanted);
        if (scores[place] >= search->least)
            offer(search, key_of(scores[place], 64 * word + BLOCK * block + place));
    }
}

/* Look at those blocks of a word that have bounds from `lower` to below `upper`, and may hold one of the best. */
static INLINED void look_at_word(Search *search, Py_ssize_t word, float lower, float upper)
{
    for (int block = 0; block < BLOCKS; block++) {
        const float bound = search->bounds[block * search->n_words + word];
        const unsigned wanted = search->among[word] >> BLOCK * block & IN_BLOCK;
        if (lower <= bound && bound < upper && bound >= search->least && wanted)
            look_at(search, word, block, wanted);
    }
}

#define ROUNDS 3

/* Find the best. What promises most is looked at first, so that the rest can soon be passed over. */
COUNTS_BITS static void find_best(Search *search)
{
    static const float shares[ROUNDS] = {0.85f, 0.7f, 0}; /* of the largest bound; measured */
    float most = 0, upper = INFINITY;
    find_bounds(search);
    for (Py_ssize_t word = 0; word < search->n_words; word++)
        if (search->most[word] > most)
            most = search->most[word];
    for (int round = 0; round < ROUNDS && upper >= search->least; round++) {
        const float lower = most * shares[round];
        for (Py_ssize_t word = 0; word < search->n_words; word++)
            if (search->most[word] >= lower && search->most[word] >= search->least && search->among[word])
                look_at_word(search, word, lower, upper);
        upper = lower;
    }
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return (first < second) - (first > second);
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
    if (!is_long_enough((Py_ssize_t)LAST_ORDINAL + 1, 64 * among.n))
        goto end;
    search.among = among.buffer.buf;
    search.n_words = among.n;
    search.size = n_best < 0 ? 0 : n_best < 64 * among.n ? n_best : 64 * among.n;
    search.impacts = calloc((size_t)search.n + 1, sizeof(Impact));
    search.bounds = calloc((size_t)(BLOCKS * among.n) + 1, sizeof(float));
    search.most = calloc((size_t)among.n + 1, sizeof(float));
    search.heap = malloc((size_t)(search.size + 1) * sizeof(uint64_t));
    if (!search.impacts || !search.bounds || !search.most || !search.heap) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < search.n; i++)
        if (!hold_bits(PyList_GetItem(list, i), &search.impacts[i], among.n) ||
            !hold_scores(PyList_GetItem(list, i), PyList_GetItem(times, i), &search.impacts[i]))
            goto end;
    if (search.size)
        find_best(&search);
    qsort(search.heap, (size_t)search.n_best, sizeof(uint64_t), compare_keys);
    answer = PyList_New(search.n_best);
    for (Py_ssize_t i = 0; answer && i < search.n_best; i++) {
        const Py_ssize_t doc = (Py_ssize_t)(LAST_ORDINAL - (search.heap[i] & LAST_ORDINAL));
        PyObject *ranked = Py_BuildValue("(nd)", doc, (double)(search.heap[i] >> ORDINAL_BITS) / SCORE_UNITS);
        if (!ranked || PyList_SetItem(answer, i, ranked) < 0)
            Py_CLEAR(answer);
    }
end:
    free(search.heap);
    free(search.most);
    free(search.bounds);
    release_impacts(search.impacts, search.n);
    release(&among, 1);
    return answer;
}
