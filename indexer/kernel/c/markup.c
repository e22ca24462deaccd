/* What a page shows of a text. */

#include "loops.h"

/* What stands in markup for a character that does not stand for itself, as MarkupSafe has it. */
static const char *const ESCAPES[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['\''] = "&#39;", ['"'] = "&#34;",
};
#define LONGEST_ESCAPE 5
static const char OPENING[] = "<mark>", CLOSING[] = "</mark>";

typedef struct {
    const char *next, *end; /* of the text, in UTF-8: what is not written yet */
    Py_ssize_t place;       /* of `next` in the text, in characters */
    char *out;
} Writer;

static void put(Writer *writer, const char *markup)
{
    const size_t n = strlen(markup);
    memcpy(writer->out, markup, n);
    writer->out += n;
}

/* Write the text up to a byte of it. */
static void put_text(Writer *writer, const char *end)
{
    while (writer->next < end) {
        const char *plain = writer->next;
        while (writer->next < end && !ESCAPES[(unsigned char)*writer->next])
            writer->next++;
        memcpy(writer->out, plain, (size_t)(writer->next - plain));
        writer->out += writer->next - plain;
        if (writer->next < end)
            put(writer, ESCAPES[(unsigned char)*writer->next++]);
    }
}

/* Write the text up to a place in characters; 0 when it is behind that place or ends before. */
static int put_up_to(Writer *writer, Py_ssize_t place)
{
    const char *end = writer->next;
    for (; writer->place < place && end < writer->end; writer->place++)
        do
            end++;
        while (end < writer->end && (*end & 0xC0) == 0x80); /* the rest of a character */
    put_text(writer, end);
    return writer->place == place;
}

/* Write a text with its marks; 0 with an exception. */
static int put_marked(Writer *writer, PyObject *marks)
{
    for (Py_ssize_t i = 0; i < PyTuple_Size(marks); i++) {
        Py_ssize_t start, end;
        if (!PyArg_ParseTuple(PyTuple_GetItem(marks, i), "nn", &start, &end))
            return 0;
        int is_there = put_up_to(writer, start);
        put(writer, OPENING);
        is_there = is_there && put_up_to(writer, end);
        put(writer, CLOSING);
        if (!is_there) {
            PyErr_Format(PyExc_ValueError, "mark %zd is not in its order, or not within the text", i);
            return 0;
        }
    }
    put_text(writer, writer->end);
    return 1;
}

/* mark_up(text, marks) */
PyObject *mark_up(PyObject *self, PyObject *args)
{
    PyObject *text, *marks, *answer = NULL;
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "UO!", &text, &PyTuple_Type, &marks))
        return NULL;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &n);
    if (!utf8)
        return NULL;
    const size_t room = LONGEST_ESCAPE * (size_t)n + (size_t)PyTuple_Size(marks) * (sizeof(OPENING) + sizeof(CLOSING));
    char *markup = malloc(room + 1);
    if (!markup)
        return PyErr_NoMemory();
    Writer writer = {utf8, utf8 + n, 0, markup};
    if (put_marked(&writer, marks))
        answer = PyBytes_FromStringAndSize(markup, writer.out - markup);
    free(markup);
    return answer;
}
