// libedit's own interface (histedit.h, not the readline imitation). Swift cannot call C variadics: one typed
// function per use of el_set, el_wset and history, prefix `pika_`.
#pragma once
#include <histedit.h>
#include <locale.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

typedef int (*pika_getcfn)(EditLine *, wchar_t *);
typedef char *(*pika_promptfn)(EditLine *);
typedef unsigned char (*pika_command)(EditLine *, wint_t);
typedef unsigned char (*pika_command_narrow)(EditLine *, int);

static inline EditLine *pika_el_init(const char *program, FILE *in, FILE *out, FILE *err) {
    return el_init(program, in, out, err);
}
static inline int pika_el_set_prompt(EditLine *el, pika_promptfn prompt) { return el_set(el, EL_PROMPT_ESC, prompt, '\1'); }
static inline int pika_el_set_getcfn(EditLine *el, pika_getcfn read) { return el_wset(el, EL_GETCFN, read); }
static inline int pika_el_set_clientdata(EditLine *el, void *data) { return el_set(el, EL_CLIENTDATA, data); }
static inline void *pika_el_get_clientdata(EditLine *el) {
    void *data = NULL;
    el_get(el, EL_CLIENTDATA, &data);
    return data;
}
static inline int pika_el_set_editor(EditLine *el, const char *mode) { return el_set(el, EL_EDITOR, mode); }
static inline int pika_el_set_signal(EditLine *el, int on) { return el_set(el, EL_SIGNAL, on); }
static inline int pika_el_set_editmode(EditLine *el, int on) { return el_set(el, EL_EDITMODE, on); }
static inline int pika_el_refresh(EditLine *el) { return el_set(el, EL_REFRESH); }
static inline int pika_el_bind(EditLine *el, const char *key, const char *command) {
    return el_set(el, EL_BIND, key, command, NULL);
}
static inline int pika_el_setty(EditLine *el, const char *mode, const char *flag) {
    return el_set(el, EL_SETTY, mode, flag, NULL);
}
static inline int pika_el_addfn(EditLine *el, const char *name, const char *help, pika_command_narrow command) {
    return el_set(el, EL_ADDFN, name, help, command);
}
static inline int pika_el_set_hist(EditLine *el, History *h) { return el_set(el, EL_HIST, history, h); }
static inline int pika_history_setsize(History *h, int size) {
    HistEvent event;
    return history(h, &event, H_SETSIZE, size);
}
static inline int pika_history_setunique(History *h, int on) {
    HistEvent event;
    return history(h, &event, H_SETUNIQUE, on);
}
static inline int pika_history_enter(History *h, const char *line) {
    HistEvent event;
    return history(h, &event, H_ENTER, line);
}


// <wchar.h> hides wcwidth without _XOPEN_SOURCE, which Swift's importer does not set.
extern int wcwidth(wchar_t character);
static inline int pika_wcwidth(wchar_t character) { return wcwidth(character); }

// A locale of this thread only (POSIX 2008): setlocale would change the whole process.
static inline locale_t pika_use_utf8_here(void) {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (utf8) {
        locale_t before = uselocale(utf8);
        const char *codeset = nl_langinfo(CODESET);
        if (codeset && codeset[0] == 'U' && codeset[1] == 'T' && codeset[2] == 'F') return utf8;
        uselocale(before);
        freelocale(utf8);
    }
    utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (utf8) uselocale(utf8);
    return utf8;
}
static inline void pika_leave_locale(locale_t utf8) {
    uselocale(LC_GLOBAL_LOCALE);
    if (utf8) freelocale(utf8);
}
