#include <stddef.h>
#include <sqlite3.h>

// Wrappers for what Swift cannot import: SQLITE_TRANSIENT is a cast, sqlite3_db_config is variadic.

static inline int martlet_sqlite_bind_text(sqlite3_stmt *statement, int position, const char *bytes, size_t count) {
    return sqlite3_bind_text64(statement, position, bytes ? bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// A null pointer would bind NULL, so an empty blob is given an address.
static inline int martlet_sqlite_bind_blob(sqlite3_stmt *statement, int position, const void *bytes, size_t count) {
    return sqlite3_bind_blob64(statement, position, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

// Returns the setting that holds afterwards (0 or 1), or -1 when the library refused.
static inline int martlet_sqlite_configure(sqlite3 *database, int option, int on) {
    int held = -1;
    return sqlite3_db_config(database, option, on, &held) == SQLITE_OK ? held : -1;
}
